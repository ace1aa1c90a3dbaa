//! Development runner.
use intergreen::{
    import::{
        Report,
        sumo::{
            config::read_config,
            net::read_network,
            routes::{Window, read_demand_in},
        },
    },
    sim::{Setup, Simulation},
};
use std::{path::Path, sync::Arc};
#[allow(clippy::disallowed_methods)]
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut report = Report::default();
    if a[1] == "arterial" {
        return arterial(&a);
    }
    let c = read_config(Path::new(&a[1]), &mut report).unwrap();
    let net = read_network(&c.net, &c.additional, &mut report).unwrap();
    let mut files = c.additional.clone();
    files.extend(c.routes.clone());
    let demand = read_demand_in(&files, &net, Window { begin: c.begin, end: c.end }, &mut report).unwrap();
    let seeds: u64 = a.get(2).map_or(1, |s| s.parse().unwrap());
    let threads: usize = a.get(3).map_or(1, |s| s.parse().unwrap());
    let drain = a.get(4).is_none_or(|s| s == "drain");
    let (net, demand) = (Arc::new(net), Arc::new(demand));
    for seed in 1..=seeds {
        let setup = Setup {
            begin: c.begin,
            end: c.end,
            step: c.step.unwrap_or(intergreen_control::Millis(1000)),
            seed,
            threads,
            ..Setup::default()
        };
        let mut sim = Simulation::new(net.clone(), demand.clone(), setup).unwrap();
        sim.profile_with(|| {
            static T: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
            T.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
        });
        let t = std::time::Instant::now();
        loop {
            sim.step();
            trace(&sim);
            if sim.is_empty()
                || (!drain && c.end.is_some_and(|e| sim.now() >= e))
                || sim.gridlocks().cycles() > 0
                || sim.now().0 > c.begin.0 + 20_000_000
            {
                break;
            }
            for (l, x, y) in &sim.overlaps().latest {
                if std::env::var("V").is_ok() {
                    eprintln!(
                        "{} collision {} {} {}",
                        sim.now().seconds(),
                        sim.scene().network.lane(*l).id,
                        sim.scene().departures[*x as usize].id,
                        sim.scene().departures[*y as usize].id
                    );
                }
            }
        }
        let el = t.elapsed().as_secs_f64();
        let m = sim.measures();
        let q = m.means(sim.scene());
        if let Some(q) = q {
            println!(
                "seed {seed} t={:.0} loaded {} ins {} arr {} run {} | dur {:.2} p90 {:.1} wait {:.2} loss {:.2} dep {:.2} len {:.1} stops {:.2} | coll {} red {} confl {} grid {} block {} lc {} | {:.0} ns/vs  vs {} hash {:016x}",
                sim.now().seconds(),
                sim.scene().departures.len(),
                m.inserted,
                m.arrived,
                m.running,
                q.duration,
                q.p90_duration,
                q.waiting,
                q.time_loss,
                q.depart_delay,
                q.route_length,
                q.stops,
                m.collisions,
                m.red_running,
                sim.controllers().monitor.seconds,
                sim.gridlocks().cycles(),
                sim.gridlocks().found.len(),
                m.lane_changes,
                el * 1e9 / m.vehicle_steps as f64,
                m.vehicle_steps,
                sim.state_hash()
            );
        }
        if let Ok(f) = std::env::var("TI") {
            use std::io::Write;
            let mut o = std::fs::File::create(f).unwrap();
            for (i, t) in m.trips.iter().enumerate() {
                if let Some(a) = t.arrived {
                    let e = t.entered.unwrap();
                    writeln!(
                        o,
                        "{},{},{},{},{},{},{}",
                        sim.scene().departures[i].id,
                        e.seconds(),
                        (a - e).seconds(),
                        t.waiting,
                        t.time_loss,
                        (e - sim.scene().departures[i].depart).seconds(),
                        t.length
                    )
                    .unwrap();
                }
            }
        }
        if std::env::var("LD").is_ok() {
            for (i, b) in m.lanes.iter().enumerate() {
                let l = &sim.scene().network.lanes[i];
                if !l.internal && b.flow > 0 {
                    println!("{} flow {} loss {:.0} standing {}", l.id, b.flow, b.lost * 10.0, b.standing * 10);
                }
            }
        }
        for f in &sim.gridlocks().found {
            println!(
                "   {} at {} {:?}",
                if f.cycle { "gridlock" } else { "blockage" },
                f.time_s,
                f.lanes.iter().map(|l| sim.scene().network.lane(*l).id.clone()).collect::<Vec<_>>()
            );
        }
        println!(
            "   {:?}",
            sim.profile().shares().iter().map(|(n, s)| format!("{n} {:.1}%", s * 100.0)).collect::<Vec<_>>()
        );
    }
}

#[allow(clippy::disallowed_methods)]
fn arterial(a: &[String]) {
    let sc = intergreen::scenario::Scenario::bundled().unwrap();
    let (net, demand) = sc.build().unwrap();
    let step: f64 = a.get(3).map_or(0.5, |s| s.parse().unwrap());
    let ms = intergreen_control::Millis::from_seconds;
    for seed in 1..=a.get(2).map_or(1, |s| s.parse().unwrap()) {
        let setup =
            Setup { begin: ms(sc.file.begin), end: Some(ms(sc.file.end)), step: ms(step), seed, ..Setup::default() };
        let mut sim = Simulation::new(Arc::new(net.clone()), Arc::new(demand.clone()), setup).unwrap();
        let t = std::time::Instant::now();
        while !sim.is_empty() && sim.now().0 < 20_000_000 + ms(sc.file.begin).0 {
            sim.step();
            trace(&sim);
            for (l, x, y) in &sim.overlaps().latest {
                if std::env::var("V").is_ok() {
                    eprintln!(
                        "{} collision {} {} {}",
                        sim.now().seconds(),
                        sim.scene().network.lane(*l).id,
                        sim.scene().departures[*x as usize].id,
                        sim.scene().departures[*y as usize].id
                    );
                }
            }
        }
        let el = t.elapsed().as_secs_f64();
        let m = sim.measures();
        let q = m.means(sim.scene()).unwrap();
        println!(
            "seed {seed} t={:.0} loaded {} ins {} arr {} run {} | dur {:.2} p90 {:.1} wait {:.2} loss {:.2} dep {:.2} len {:.1} stops {:.2} | coll {} red {} confl {} grid {} block {} lc {} | {:.0} ns/vs  vs {} hash {:016x}",
            sim.now().seconds(),
            sim.scene().departures.len(),
            m.inserted,
            m.arrived,
            m.running,
            q.duration,
            q.p90_duration,
            q.waiting,
            q.time_loss,
            q.depart_delay,
            q.route_length,
            q.stops,
            m.collisions,
            m.red_running,
            sim.controllers().monitor.seconds,
            sim.gridlocks().cycles(),
            sim.gridlocks().found.len(),
            m.lane_changes,
            el * 1e9 / m.vehicle_steps as f64,
            m.vehicle_steps,
            sim.state_hash()
        );
        for f in &sim.gridlocks().found {
            println!(
                "   {} at {} {:?}",
                if f.cycle { "gridlock" } else { "blockage" },
                f.time_s,
                f.lanes.iter().map(|l| sim.scene().network.lane(*l).id.clone()).collect::<Vec<_>>()
            );
        }
    }
}

fn trace(sim: &Simulation) {
    if let Ok(t) = std::env::var("AT") {
        let w: Vec<f64> = t.split(',').map(|x| x.parse().unwrap()).collect();
        let n = sim.now().seconds();
        if n >= w[0] && n <= w[1] {
            println!("== {n}");
            let net = &sim.scene().network;
            for (l, v) in sim.traffic().vehicles() {
                let ln = net.lane(l);
                let pat = std::env::var("PAT").unwrap_or_default();
                if ln.id.contains(&pat) {
                    if let Some(h) = v.next.get().and_then(|m| net.movement(m).head) {
                        let b = sim.scene().lamp_base[h.signal.index()] as usize + h.group as usize;
                        print!("[{:?}] ", sim.lamps().shown[b]);
                    }
                    println!(
                        "{} {:.2}/{:.2} v {:.2} id {}({}) key next {:?} off {} reach {:.0} flags {} wait {} ent {} adv {:.1}",
                        ln.id,
                        v.position,
                        ln.length,
                        v.speed,
                        v.id.0,
                        sim.scene().departures[v.id.index()].id,
                        v.next.get().map(|m| net.lane(net.movement(m).next).id.clone()),
                        v.offset,
                        v.reach,
                        v.flags,
                        v.waiting,
                        v.entered,
                        v.advised
                    );
                }
            }
        }
        if n > w[1] {
            return;
        }
    }
}
