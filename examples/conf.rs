//! Prints conflicts.
use intergreen::import::{Report, sumo::net::read_network};
use std::path::Path;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut report = Report::default();
    let net = read_network(Path::new(&a[1]), &[], &mut report).unwrap();
    for l in &net.lanes {
        if a[2..].iter().any(|x| l.id.ends_with(x.as_str())) {
            println!(
                "{} len {:.2} shape {:?}",
                l.id,
                l.length,
                l.shape.iter().map(|p| ((p.x * 10.).round() / 10., (p.y * 10.).round() / 10.)).collect::<Vec<_>>()
            );
            for c in &l.conflicts {
                println!(
                    "   {:?} {} {:.1}-{:.1} foe {:.1}-{:.1} y{} fy{}",
                    c.kind,
                    net.lane(c.foe).id.rsplit('_').take(2).collect::<Vec<_>>().join("/"),
                    c.start,
                    c.end,
                    c.foe_start,
                    c.foe_end,
                    c.yields,
                    c.foe_yields
                );
            }
        }
    }
}
