//! Hashes what is hashed most.

use std::hash::Hasher;

/// A hasher for sets of bits and the ids of sets: they are many and short, and nobody outside chooses what they collide with.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::iam) struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        // a product's low bits know nothing of the high bits of its factors, and a table goes by the low ones
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(0, |w, b| (w << 8) | u64::from(*b));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}
