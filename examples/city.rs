//! Draws a city (temporary).
use intergreen::generate::city::{City, counts, layout, programs};
use intergreen::network::compose::compose;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let p = City { seed: args[1].parse().unwrap(), intersections: args[2].parse().unwrap(), ..City::default() };
    let mut city = layout(&p).unwrap();
    eprintln!("{:?}", counts(&city));
    city.plan.signals = programs(&city, &Default::default()).unwrap();
    let network = compose(&city.plan).unwrap();
    let options = intergreen::draw::Options { title: "city".into(), size: 1800.0, ..Default::default() };
    std::fs::write(&args[3], intergreen::draw::svg(&network, None, &options)).unwrap();
}
