//! `tripinfo.xml` with the attributes that SUMO 1.28 writes, so that its tools read it.

use std::io::{Result, Write};

use intergreen_control::Millis;
use quick_xml::escape::escape;

use super::files::head;
use crate::cli::run::Finished;
use crate::demand::VehicleId;
use crate::emission::Fuel;
use crate::network::LaneId;

/// The trips that ended, in the order in which they did.
pub fn tripinfo(w: &mut dyn Write, run: &Finished<'_>) -> Result<()> {
    let (scene, m) = (run.sim.scene(), run.sim.measures());
    head(w, "tripinfos", "tripinfo_file.xsd")?;
    let mut ended: Vec<(Millis, usize)> =
        m.trips.iter().enumerate().filter_map(|(i, t)| t.arrived.map(|at| (at, i))).collect();
    ended.sort_unstable();
    let lane = |l: LaneId| scene.network.lanes.get(l.index()).map_or_else(Default::default, |l| escape(l.id.as_str()));
    for (arrival, i) in ended {
        let (t, d) = (&m.trips[i], &scene.departures[i]);
        let entered = t.entered.unwrap_or(d.depart);
        write!(w, "    <tripinfo id=\"{}\" depart=\"{:.2}\" ", escape(d.id.as_str()), entered.seconds())?;
        write!(w, "departLane=\"{}\" departPos=\"{:.2}\" ", lane(t.depart_lane), t.depart_position)?;
        write!(w, "departSpeed=\"{:.2}\" departDelay=\"{:.2}\" ", t.depart_speed, (entered - d.depart).seconds())?;
        write!(w, "arrival=\"{:.2}\" arrivalLane=\"{}\" ", arrival.seconds(), lane(t.arrival_lane))?;
        write!(w, "arrivalPos=\"{:.2}\" arrivalSpeed=\"{:.2}\" ", t.arrival_position, t.arrival_speed)?;
        write!(w, "duration=\"{:.2}\" routeLength=\"{:.2}\" ", (arrival - entered).seconds(), t.length)?;
        write!(w, "waitingTime=\"{:.2}\" waitingCount=\"{}\" stopTime=\"{:.2}\" ", t.waiting, t.stops, t.stop_time)?;
        let kind = escape(scene.types[d.kind.index()].id.as_str());
        write!(w, "timeLoss=\"{:.2}\" rerouteNo=\"0\" devices=\"\" vType=\"{kind}\" ", t.time_loss)?;
        write!(w, "speedFactor=\"{:.2}\" vaporized=\"\"", scene.speed_factor(VehicleId::new(i)))?;
        let Some(books) = run.sim.emissions().books() else {
            writeln!(w, "/>")?;
            continue;
        };
        // In mg, as SUMO has them.
        let burnt = books.of(VehicleId::new(i));
        let density = scene.types[d.kind.index()].emission.fuel().map_or(0.0, Fuel::density);
        let (co2, fuel) = (burnt.co2 * 1000.0, burnt.fuel * density * 1000.0);
        writeln!(w, ">\n        <emissions CO2_abs=\"{co2:.2}\" fuel_abs=\"{fuel:.2}\"/>\n    </tripinfo>")?;
    }
    writeln!(w, "</tripinfos>")
}
