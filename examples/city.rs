//! Makes a city (temporary): seed, intersections, trips, rounds, file.
use intergreen::assign::{Assignment, city};
use intergreen::generate::city::{City, counts, layout};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n = |k: usize| a[k].parse::<usize>().unwrap();
    let p = City { seed: n(1) as u64, intersections: n(2), trips: n(3) };
    let l = layout(&p).unwrap();
    eprintln!("{:?} {} trips {} zones", counts(&l), l.trips.len(), l.zones.len());
    let how = Assignment { rounds: n(4), ..Assignment::default() };
    let file = city(&p, &how, &mut |r| eprintln!("{r:?}")).unwrap();
    std::fs::write(&a[5], intergreen::scenario::to_ron(&file).unwrap()).unwrap();
}
