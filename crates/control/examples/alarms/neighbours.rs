//! What the neighbours of a detector tell of it.

use super::between;

/// A recording is looked at in pieces of so long, ms.
pub const PIECE: i64 = 600_000;

/// So often each weight is improved.
const ROUNDS: usize = 300;

/// Finds the weights of neighbours, by detector, of which `ons` says when they went on: coordinate descent.
pub fn weigh(ons: &[Vec<i64>], neighbours: &mut [Vec<(usize, f64)>], end: i64) {
    let pieces: Vec<i64> = (0..=end / PIECE).map(|n| n * PIECE).collect();
    let counts = |d: usize| pieces.iter().map(|&at| between(&ons[d], at, at + PIECE) as f64).collect();
    let counted: Vec<Vec<f64>> = (0..ons.len()).map(counts).collect();
    for (d, neighbours) in neighbours.iter_mut().enumerate() {
        let all = |p: usize| 1.0 + neighbours.iter().map(|n| counted[n.0][p]).sum::<f64>();
        let weights: Vec<f64> = (0..pieces.len()).map(|p| 1.0 / all(p)).collect();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(&weights).map(|((a, b), w)| a * b * w).sum::<f64>();
        let mut rest = counted[d].clone();
        for _ in 0..ROUNDS {
            for (neighbour, weight) in &mut *neighbours {
                let its = &counted[*neighbour];
                let square = product(its, its);
                if square > 0.0 {
                    let better = (*weight + product(&rest, its) / square).max(0.0);
                    rest.iter_mut().zip(its).for_each(|(rest, its)| *rest -= (better - *weight) * its);
                    *weight = better;
                }
            }
        }
    }
}
