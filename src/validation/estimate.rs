//! Means and how sure of them we are.

use rayon::prelude::*;

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

/// The 97.5 % point of Student's t with so many degrees of freedom, at least 1; between the table's entries that of
/// fewer, which is on the safe side.
fn student(freedom: usize) -> f64 {
    const T: [(usize, f64); 22] = [
        (1, 12.706),
        (2, 4.303),
        (3, 3.182),
        (4, 2.776),
        (5, 2.571),
        (6, 2.447),
        (7, 2.365),
        (8, 2.306),
        (9, 2.262),
        (10, 2.228),
        (12, 2.179),
        (14, 2.145),
        (16, 2.120),
        (19, 2.093),
        (24, 2.064),
        (29, 2.045),
        (39, 2.023),
        (49, 2.010),
        (59, 2.001),
        (79, 1.990),
        (99, 1.984),
        (199, 1.972),
    ];
    T.iter().rev().find(|(n, _)| *n <= freedom).map_or(T[0].1, |t| t.1)
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
        assert_eq!((student(1), student(29), student(30), student(1000)), (12.706, 2.045, 2.045, 1.972));
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
