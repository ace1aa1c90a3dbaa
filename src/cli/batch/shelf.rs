//! Scenarios that many runs share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::cli::Failure;
use crate::cli::args::RunArgs;
use crate::cli::load::{Loaded, load};

/// Which scenario of an experiment, and its changed values.
pub type Book = (usize, String);

/// Scenarios that are loaded once and lent to the runs that need them, until none is left that does.
pub struct Shelf(Mutex<BTreeMap<Book, Place>>);

/// A scenario's place: what stands there, and how many runs still need it.
struct Place {
    loaded: Arc<OnceLock<Result<Arc<Loaded>, Failure>>>,
    needed: usize,
}

impl Shelf {
    /// With a place for each scenario that is named, once for every run that needs it.
    pub fn new(needed: impl Iterator<Item = Book>) -> Self {
        let mut places = BTreeMap::new();
        for book in needed {
            let new = || Place { loaded: Arc::default(), needed: 0 };
            places.entry(book).or_insert_with(new).needed += 1;
        }
        Self(Mutex::new(places))
    }

    /// A scenario, loaded if nobody has done it; others that need it wait meanwhile.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn take(&self, which: Book, args: &RunArgs) -> Result<Arc<Loaded>, Failure> {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&which).map(|p| p.loaded.clone());
        let slot = slot.unwrap_or_default();
        let loaded = slot.get_or_init(|| {
            let mut loaded = load(args.setup.scenario.as_deref(), &args.setup.set)?;
            if !args.as_is {
                loaded.complete_programs();
            }
            Ok(Arc::new(loaded))
        });
        loaded.clone()
    }

    /// A run is done with a scenario.
    pub fn put_back(&self, which: Book) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get_mut(&which) {
            place.needed -= 1;
            if place.needed == 0 {
                places.remove(&which);
            }
        }
    }
}
