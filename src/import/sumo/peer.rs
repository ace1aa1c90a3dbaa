//! A scenario as SUMO itself can run it beside ours: the same input, no results of its own.
//!
//! SUMO writes what a configuration or an additional file asks for next to these files. For a comparison they are
//! copied without that: into a folder of ours, with paths that hold from there.

use std::path::{Path, PathBuf};

use quick_xml::escape::escape;

use super::instruments::INSTRUMENTS;
use super::net::ADDITIONAL_ROOTS;
use crate::import::ImportError;
use crate::import::xml::{self, Element};

/// Sections and options of a configuration that say where results and messages go, or what the window looks like.
const RESULTS: &[&str] = &["output", "gui_only", "log", "message-log", "error-log", "summary", "tripinfo", "netstate"];
/// Options that the comparison sets itself.
const SET: &[&str] = &[
    "net-file",
    "net",
    "n",
    "route-files",
    "routes",
    "r",
    "additional-files",
    "additional",
    "a",
    "end",
    "e",
    "seed",
    "random",
    "time-to-teleport",
    "no-step-log",
    "step-log.period",
    "duration-log.statistics",
    "duration-log.disable",
    "xml-validation",
    "xml-validation.net",
    "xml-validation.routes",
];
/// Attributes of additional elements that name a file to write.
const WRITTEN: &[&str] = &["file", "dest", "output"];
/// Additional elements that write, besides [`INSTRUMENTS`].
const WRITERS: &[&str] = &["instantInductionLoop", "routeProbe", "vTypeProbe", "calibrator"];

/// The options of a configuration that are neither files to read nor results, as a configuration of their own.
///
/// # Errors
/// If the file is no configuration.
pub fn options(file: &Path) -> Result<String, ImportError> {
    let folder = std::path::absolute(file.parent().unwrap_or(Path::new(""))).unwrap_or_default();
    let mut text = String::from("<configuration>\n");
    xml::read(file, &["configuration", "sumoConfiguration"], |element| {
        option(&element, &folder, &mut text);
        Ok(())
    })?;
    text.push_str("</configuration>\n");
    Ok(text)
}

/// Copies an option, or those of a section.
fn option(element: &Element, folder: &Path, text: &mut String) {
    let name = element.name.as_str();
    if RESULTS.contains(&name) || SET.contains(&name) || name.ends_with("-output") || name.starts_with("save-state") {
        return;
    }
    element.children.iter().for_each(|child| option(child, folder, text));
    if let Some(value) = element.get("value").or_else(|| element.get("v")) {
        let path = folder.join(value);
        let value = if !value.is_empty() && path.is_file() { path.display().to_string() } else { value.to_owned() };
        text.push_str(&format!("  <{name} value=\"{}\"/>\n", escape(value)));
    }
}

/// An additional file whose elements write nothing; `None` if it is that already.
///
/// # Errors
/// If the file cannot be read.
pub fn silenced(file: &Path) -> Result<Option<String>, ImportError> {
    let folder = std::path::absolute(file.parent().unwrap_or(Path::new(""))).unwrap_or_default();
    let mut text = String::from("<additional>\n");
    let mut writes = false;
    xml::read(file, ADDITIONAL_ROOTS, |mut element| {
        if WRITERS.iter().chain(INSTRUMENTS).any(|w| *w == element.name) {
            writes = true;
            for (name, value) in &mut element.attributes {
                if WRITTEN.contains(&name.as_str()) {
                    // SUMO's own word for a file that is thrown away.
                    "NUL".clone_into(value);
                }
            }
        } else if element.name == "include" {
            for (_, value) in element.attributes.iter_mut().filter(|(name, _)| name == "href") {
                *value = folder.join(&*value).display().to_string();
            }
        }
        copy(&element, &mut text);
        Ok(())
    })?;
    text.push_str("</additional>\n");
    Ok(writes.then_some(text))
}

/// Writes an element with everything below it.
fn copy(element: &Element, text: &mut String) {
    text.push_str(&format!("<{}", element.name));
    for (name, value) in &element.attributes {
        text.push_str(&format!(" {name}=\"{}\"", escape(value.as_str())));
    }
    if element.children.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    element.children.iter().for_each(|child| copy(child, text));
    text.push_str(&format!("</{}>\n", element.name));
}

/// A path that holds from anywhere, as SUMO wants it in a list: separated by commas.
pub fn list(files: &[PathBuf]) -> String {
    let absolute = |f: &PathBuf| std::path::absolute(f).unwrap_or_else(|_| f.clone()).display().to_string();
    files.iter().map(absolute).collect::<Vec<_>>().join(",")
}
