//! SUMO's own programs and tools, for tests that hold our results against them.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The folder of SUMO's programs: `INTERGREEN_SUMO` (the program or its folder), else on the path. `None`, said
/// aloud, if it is not there.
///
/// # Panics
/// If it is not there although `CI` is set: there it has to be.
pub fn sumo() -> Option<PathBuf> {
    let named = std::env::var_os("INTERGREEN_SUMO").map(PathBuf::from);
    let named = named.map(|p| if p.is_file() { p.parent().map(Path::to_path_buf).unwrap_or_default() } else { p });
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = named.into_iter().chain(std::env::split_paths(&path)).find(|f| f.join("sumo").is_file());
    if folder.is_none() {
        let missing = "SUMO is not there (put `sumo` and `netconvert` on the path or set INTERGREEN_SUMO)";
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        say(&format!("SKIPPED: {missing}\n"));
    }
    folder
}

/// Says something even where the test harness keeps what is printed.
pub fn say(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// Runs a program in a folder; it must succeed. Returns what it said.
pub fn run(program: &Path, folder: &Path, arguments: &[&str]) -> String {
    finish(Command::new(program).args(arguments).current_dir(folder))
}

/// Runs a command; it must succeed. Returns what it said.
fn finish(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    assert!(output.status.success(), "{command:?}: {out}{err}");
    out + &err
}

/// One of SUMO's Python tools, by its path below `tools`.
pub fn tool(bin: &Path, tool: &str, folder: &Path, arguments: &[&str]) -> String {
    let python = bin.join("python");
    let home = run(&python, folder, &["-c", "import sumo; print(sumo.SUMO_HOME)"]);
    let path = Path::new(home.trim()).join("tools").join(tool);
    finish(Command::new(python).arg(path).args(arguments).env("SUMO_HOME", home.trim()).current_dir(folder))
}

/// Every attribute of a file: where it stands (tags with their ids and times, then its name) and its value.
pub fn attributes(file: &Path) -> BTreeMap<String, String> {
    let mut reader = Reader::from_file(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let (mut found, mut buffer, mut stack) = (BTreeMap::new(), Vec::new(), Vec::new());
    loop {
        match reader.read_event_into(&mut buffer).unwrap_or_else(|e| panic!("{}: {e}", file.display())) {
            Event::Start(tag) => {
                stack.push(note(&mut found, stack.last(), &tag));
            }
            Event::Empty(tag) => {
                note(&mut found, stack.last(), &tag);
            }
            Event::End(_) => drop(stack.pop()),
            Event::Eof => return found,
            _ => {}
        }
        buffer.clear();
    }
}

/// Notes a tag's attributes; returns its place.
fn note(found: &mut BTreeMap<String, String>, parent: Option<&String>, tag: &BytesStart<'_>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all: Vec<(String, String)> =
        tag.attributes().flatten().map(|a| (text(a.key.as_ref()), text(&a.value))).collect();
    let mut place = format!("{}/{}", parent.map_or("", String::as_str), text(tag.name().as_ref()));
    for (_, value) in all.iter().filter(|(name, _)| matches!(name.as_str(), "id" | "begin" | "time")) {
        place += &format!("[{value}]");
    }
    found.insert(place.clone(), String::new());
    found.extend(all.into_iter().map(|(name, value)| (format!("{place} {name}"), value)));
    place
}
