//! Lanes and shards: all runs of one ordering key share a lane, and are worked one at a time.

use crate::ids::EnvironmentId;
use sha2::{Digest, Sha256};

/// How many slices the work is cut into. Fixed for ever: stored runs carry their shard.
pub const SHARDS: i64 = 64;

/// The lane of an ordering key: 63 bits of SHA-256, fixed for ever.
pub fn lane(environment: EnvironmentId, ordering_key: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(environment.0.to_be_bytes());
    hash.update(ordering_key.as_bytes());
    let digest = hash.finalize();
    let mut first = [0_u8; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

/// The shard of a lane.
pub const fn shard(lane: i64) -> i64 {
    lane % SHARDS
}
