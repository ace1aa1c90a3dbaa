//! What is kept of a run: one value a column.

use serde_json::{Map, Number};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A count.
    Int,
    /// A measured number.
    Float,
}

/// Which way a measure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Small.
    Less,
    /// Great.
    More,
}

/// Whom a measure counts. Those that do not count everybody say little of runs in which not as many have finished: where
/// most are stuck, those that got through may have been fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Every vehicle that wanted to depart, also those that never entered or never arrived: it is what it is, if it was
    /// taken at the same time.
    Everybody,
    /// Arrivals over the simulated time: they are what they are, if that is the same.
    Arrivals,
    /// Those that arrived, or that entered; or what those emitted.
    Part,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, with its unit.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Which way it is better; none: nothing to compare.
    pub better: Option<Better>,
    /// What it is.
    pub what: &'static str,
}

const fn text(name: &'static str, what: &'static str) -> Column {
    Column { name, kind: Kind::Text, better: None, what }
}

const fn count(name: &'static str, what: &'static str) -> Column {
    Column { name, kind: Kind::Int, better: None, what }
}

const fn number(name: &'static str, what: &'static str) -> Column {
    Column { name, kind: Kind::Float, better: None, what }
}

const fn less(name: &'static str, what: &'static str) -> Column {
    Column { name, kind: Kind::Float, better: Some(Better::Less), what }
}

const fn more(name: &'static str, what: &'static str) -> Column {
    Column { name, kind: Kind::Float, better: Some(Better::More), what }
}

impl Column {
    /// Whom it counts.
    pub fn counts(&self) -> Counts {
        match self.name {
            "resco_delay_s" | "cityflow_att_s" => Counts::Everybody,
            "throughput_veh_h" => Counts::Arrivals,
            _ => Counts::Part,
        }
    }
}

/// All columns, in the order of the files. Means are over arrived vehicles that departed after the warm-up.
pub const COLUMNS: &[Column] = &[
    text("run_id", "what the run is, readable; sorts"),
    text("key", "hash of all that the run depends on"),
    text("scenario", "name of the scenario"),
    text("scenario_hash", "hash of its files"),
    text("controller", "strategy and parameters"),
    text("behaviour", "car-following models of the vehicles"),
    number("scale", "factor on the demand"),
    text("settings", "values changed in the scenario"),
    text("sensors", "what controllers saw"),
    count("seed", "seed of all randomness"),
    number("step_s", "length of a step"),
    number("simulated_s", "time simulated"),
    number("horizon_s", "when resco_delay_s and cityflow_att_s are taken: the scenario's end, or where it ended"),
    text("stopped", "why it ended"),
    count("loaded", "vehicles whose time to depart had come"),
    count("inserted", "vehicles that entered"),
    count("arrived", "vehicles that arrived"),
    count("running", "vehicles on the network at the end"),
    count("waiting", "vehicles never inserted"),
    count("measured", "trips that the means are over"),
    less("mean_duration_s", "from entering to arriving"),
    less("median_duration_s", "the same, median"),
    less("p95_duration_s", "the same, 95th percentile"),
    less("mean_waiting_s", "time at less than 0.1 m/s"),
    less("mean_time_loss_s", "time lost against the own free speed"),
    less("mean_stops", "times come to a stand"),
    less("mean_depart_delay_s", "wait to enter"),
    number("mean_route_length_m", "way driven"),
    less("resco_delay_s", "RESCO: time loss and wait to enter of all loaded vehicles, at the scenario's end"),
    less(
        "cityflow_att_s",
        "CityFlow: travel time from the scheduled start, at the scenario's end or where the run ended",
    ),
    less("cityflow_road_att_s", "CityFlow: time on roads that lead to a signal"),
    more("throughput_veh_h", "arrivals per hour of the simulated time"),
    less("mean_queue_veh", "vehicles standing before signals, all lanes together, mean over time"),
    less("p95_queue_m", "queue of the worst lane before a signal: 95th percentile over time"),
    less("storage_ratio", "95th percentile of the queue / length of the lane, the worst lane before a signal"),
    less("travel_time_index", "duration / duration at free speed, mean"),
    less("planning_time_index", "the same, 95th percentile: reliability"),
    less("buffer_index", "(95th percentile − mean) / mean of the same"),
    less("p95_wait_s", "time stood before one signal: 95th percentile, of the movement where it is longest"),
    less("max_wait_s", "the same, the longest of all"),
    more("jain_wait", "Jain's fairness of the mean waits of movements at signals: 1 is equal"),
    more("arrivals_on_green", "share of arrivals at advance loops on green (Purdue)"),
    less("split_failures", "share of greens that ended with the queue still there (Purdue)"),
    less("co2_kg", "emitted by all vehicles"),
    less("fuel_l", "used by all vehicles"),
    less("co2_idle_share", "share of it while standing"),
    count("gridlocks", "wait-for cycles that did not move for 120 s"),
    count("blockages", "heads of lanes that did not move for 300 s"),
    count("collisions", "pairs of vehicles that overlapped: a defect"),
    count("red_running", "stop lines crossed on red: a defect"),
    number("conflicting_greens_s", "time in which forbidden groups were open together: a defect"),
    count("lane_changes", "lane changes"),
    count("vehicle_steps", "sum over steps of vehicles on the network"),
    text("fallbacks", "signals where another strategy ran"),
    text("command", "repeats the run, from the experiment's folder"),
    text("departures_hash", "hash of departures and drivers: equal within a block for each seed"),
    text("state_hash", "hash of all states the run went through"),
];

/// The place of a column.
pub fn place(name: &str) -> Option<usize> {
    COLUMNS.iter().position(|c| c.name == name)
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Value {
    /// Nothing: there was nothing to measure.
    #[default]
    None,
    /// Words.
    Text(String),
    /// A count.
    Int(i64),
    /// A number, finite.
    Float(f64),
}

impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(v)
    }
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(v.to_owned())
    }
}

impl From<u64> for Value {
    /// Counts beyond 2⁶³ do not occur; seeds may: they wrap, as they do when read as signed.
    fn from(v: u64) -> Self {
        Self::Int(v as i64)
    }
}

impl From<usize> for Value {
    fn from(v: usize) -> Self {
        Self::Int(v as i64)
    }
}

impl From<f64> for Value {
    fn from(v: f64) -> Self {
        if v.is_finite() { Self::Float(v) } else { Self::None }
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::None, Into::into)
    }
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Record(Vec<Value>);

impl Default for Record {
    fn default() -> Self {
        Self(vec![Value::None; COLUMNS.len()])
    }
}

impl Record {
    /// With a value.
    ///
    /// # Panics
    /// If there is no such column: a mistake in this program.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[place(name).unwrap_or_else(|| panic!("no column {name}"))] = value.into();
        self
    }

    /// Its values, in the order of the columns.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// What stands in a column as text; empty if nothing does or it holds numbers.
    pub fn text(&self, name: &str) -> &str {
        match place(name).map(|i| &self.0[i]) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// What stands in a column as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.0[place(name)?] {
            Value::Int(n) => Some(n as f64),
            Value::Float(x) => Some(x),
            _ => None,
        }
    }

    /// Its seed.
    pub fn seed(&self) -> u64 {
        match place("seed").map(|i| &self.0[i]) {
            Some(Value::Int(n)) => *n as u64,
            _ => 0,
        }
    }

    /// As an object of JSON; what is not there is left out.
    pub fn to_json(&self) -> Map<String, serde_json::Value> {
        let value = |v: &Value| match v {
            Value::None => None,
            Value::Text(text) => Some(text.clone().into()),
            Value::Int(n) => Some((*n).into()),
            Value::Float(x) => Number::from_f64(*x).map(Into::into),
        };
        let named = COLUMNS.iter().zip(&self.0).filter_map(|(c, v)| Some((c.name.to_owned(), value(v)?)));
        named.collect()
    }

    /// From an object of JSON; unknown names are passed over.
    ///
    /// # Errors
    /// If a value is not of its column's kind.
    pub fn from_json(object: &Map<String, serde_json::Value>) -> Result<Self, String> {
        let mut record = Self::default();
        for (slot, column) in record.0.iter_mut().zip(COLUMNS) {
            let Some(value) = object.get(column.name).filter(|v| !v.is_null()) else { continue };
            let read = match column.kind {
                Kind::Text => value.as_str().map(Value::from),
                Kind::Int => value.as_i64().map(Value::Int),
                Kind::Float => value.as_f64().map(Value::Float),
            };
            *slot = read.ok_or_else(|| format!("{}: {value}; expected {:?}", column.name, column.kind))?;
        }
        Ok(record)
    }
}
