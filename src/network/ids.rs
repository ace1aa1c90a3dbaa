//! Dense identifiers: an index into the table of its kind, stable for the life of a [`Network`](super::Network).

/// Defines a dense identifier: a `u32` newtype that indexes one table.
macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// "Nobody": for packed records where an `Option` would cost another word.
            pub const NONE: Self = Self(u32::MAX);

            /// Position in its table.
            #[inline(always)]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The identifier of table row `index`.
            #[inline(always)]
            pub const fn new(index: usize) -> Self {
                Self(index as u32)
            }

            /// Whether this is [`Self::NONE`].
            #[inline(always)]
            pub const fn is_none(self) -> bool {
                self.0 == u32::MAX
            }

            /// `None` for [`Self::NONE`].
            #[inline(always)]
            pub const fn get(self) -> Option<Self> {
                if self.is_none() { None } else { Some(self) }
            }
        }
    };
}
pub(crate) use dense_id;

dense_id!(
    /// A road between two junctions, or the inside of a junction (SUMO: edge).
    LinkId
);
dense_id!(
    /// A lane; lanes of one link have consecutive ids, kerb side first.
    LaneId
);
dense_id!(
    /// A permitted passage from the end of one lane to the start of another (SUMO: connection/link);
    /// the movements that leave one lane have consecutive ids.
    MovementId
);
dense_id!(
    /// A junction (SUMO: junction/node).
    JunctionId
);
dense_id!(
    /// A signal controller and what it switches (SUMO: tlLogic).
    SignalId
);
