//! Means and how sure of them we are.

use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean; not a number if there is nothing to take it of.
    pub mean: f64,
    /// Half width of its 95 % confidence interval (Student's t); `None` for a single value.
    pub half: Option<f64>,
}

impl Estimate {
    /// A value in which nothing is random.
    pub const fn exact(value: f64) -> Self {
        Self { mean: value, half: None }
    }

    /// Of independent values.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len();
        if n == 0 {
            return Self::exact(f64::NAN);
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        if n == 1 {
            return Self::exact(mean);
        }
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1) as f64;
        Self { mean, half: Some(student(n - 1) * (variance / n as f64).sqrt()) }
    }
}

/// The 97.5 % point of Student's t with so many degrees of freedom, at least 1.
fn student(freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

/// A figure of each of the seeds 1 to `seeds`, in their order, on all threads there are.
pub fn each_seed<T: Send>(seeds: u64, figure: impl Fn(u64) -> T + Send + Sync) -> Vec<T> {
    (1..=seeds).into_par_iter().map(figure).collect()
}

/// How far a flow is from a counted one, both veh/h: √(2 (m − c)² / (m + c)), called GEH after Geoffrey E. Havers; 0 if
/// both are 0.
pub fn geh(measured: f64, counted: f64) -> f64 {
    let sum = measured + counted;
    if sum > 0.0 { (2.0 * (measured - counted) * (measured - counted) / sum).sqrt() } else { 0.0 }
}

/// The least-squares line through points: its slope and its value at 0. Not a number for fewer than two.
pub fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = points.iter().map(|p| (p.0 - mx) * (p.0 - mx)).sum();
    let sxy: f64 = points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum();
    let slope = sxy / sxx;
    (slope, my - slope * mx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_students() {
        assert_eq!(Estimate::of(&[3.0]), Estimate::exact(3.0));
        assert!(Estimate::of(&[]).mean.is_nan());
        // Of 1 to 5: mean 3, deviation 1.5811, t(4) 2.776.
        let of = Estimate::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!((of.mean - 3.0).abs() < 1e-12 && (of.half.expect("five") - 1.963).abs() < 1e-3, "{of:?}");
        for (freedom, t) in [(1, 12.706), (2, 4.303), (29, 2.045), (1000, 1.962)] {
            assert!((student(freedom) - t).abs() < 5e-4, "{freedom}: {}", student(freedom));
        }
    }

    #[test]
    fn geh_is_as_defined() {
        // 100 veh/h off 1000: √(2·10⁴/2100).
        assert!((geh(1100.0, 1000.0) - 3.086).abs() < 1e-3 && geh(0.0, 0.0) == 0.0 && geh(50.0, 0.0) == 10.0);
    }

    #[test]
    fn a_line_goes_through_its_points() {
        let (slope, at_zero) = line(&[(1.0, 5.0), (2.0, 7.0), (4.0, 11.0)]);
        assert!((slope - 2.0).abs() < 1e-12 && (at_zero - 3.0).abs() < 1e-12);
    }
}
