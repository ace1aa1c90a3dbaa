//! `intergreen merge`: the results of shards as one machine would have written them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::journal::{Entry, Journal};
use super::results::{Manifest, write};
use super::trips::Trips;
use super::{Failure, complain, print};
use crate::batch::report::counted;

/// Options of `merge`.
#[derive(Args, Clone, Debug)]
pub struct MergeArgs {
    /// Folders of shards
    #[arg(required = true, value_name = "DIR")]
    pub shards: Vec<PathBuf>,
    /// Folder of the joined results; one that has none yet
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Joins the results of shards.
///
/// # Errors
/// If they are not of one experiment and one program, cannot be read or written, or there are results where they shall go.
pub fn merge(args: &MergeArgs) -> Result<(), Failure> {
    let place = |folder: &PathBuf| folder.canonicalize().ok();
    if let Some(same) = args.shards.iter().find(|shard| place(shard).is_some() && place(shard) == place(&args.out)) {
        let shown = same.display();
        return Err(Failure::Input(format!("--out {shown}: is one of the shards; expected another folder")));
    }
    let mut all: BTreeMap<u64, Entry> = BTreeMap::new();
    let mut common: Option<Manifest> = None;
    for folder in &args.shards {
        let manifest = Manifest::read(folder)?;
        if let Some(what) = common.as_ref().and_then(|first| first.differs(&manifest)) {
            let (a, b) = (args.shards[0].display(), folder.display());
            return Err(Failure::Input(format!("{a} and {b}: {what}; expected shards of one batch")));
        }
        for (key, entry) in manifest.entries(folder)? {
            let known = all.insert(key, entry);
            if let Some(known) = known.filter(|known| known.record != all[&key].record) {
                let id = known.record.text("run_id").to_owned();
                return Err(Failure::Input(format!(
                    "{}: {id} came to something else in another shard",
                    folder.display()
                )));
            }
        }
        common.get_or_insert(manifest);
    }
    let Some(manifest) = common else { return Ok(()) };
    let mut journal = Journal::open(&args.out, false)?;
    let with_trips = trips(args, all.keys())?;
    all.into_iter().try_for_each(|(key, entry)| journal.enter(key, entry))?;
    let mut entries: Vec<(u64, &Entry)> = journal.entries.iter().map(|(key, entry)| (*key, entry)).collect();
    entries.sort_by(|a, b| a.1.record.text("run_id").cmp(b.1.record.text("run_id")));
    write(&args.out, &entries, &manifest)?;
    let runs = entries.len();
    if (1..runs).contains(&with_trips) {
        complain("note", &format!("{} without trips in any shard", counted(runs - with_trips, "run")));
    }
    let wanted = manifest.keys().len();
    let missing = if runs < wanted { format!(" ({} of {wanted} are missing)", wanted - runs) } else { String::new() };
    let (runs, shards) = (counted(runs, "run"), counted(args.shards.len(), "shard"));
    print(&format!("{runs}{missing} of {shards} in {}\n", args.out.display()))
}

/// Copies the trips of runs, each from the first shard that has them; how many runs have some.
fn trips<'k>(args: &MergeArgs, runs: impl Iterator<Item = &'k u64>) -> Result<usize, Failure> {
    let (shards, out): (Vec<Trips>, Trips) = (args.shards.iter().map(|s| Trips::of(s)).collect(), Trips::of(&args.out));
    let mut found = 0;
    for &key in runs {
        let Some(shard) = shards.iter().find(|shard| shard.has(key)) else { continue };
        out.begin()?;
        shard.copy(key, &out)?;
        found += 1;
    }
    Ok(found)
}
