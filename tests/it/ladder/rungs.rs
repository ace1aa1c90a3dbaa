//! What the rungs are: plain SUMO files of our own, from easy to difficult. Periods have no common divisor, so that
//! streams meet in all possible ways instead of in one that repeats.
//!
//! Where we differ on purpose
//! - A lamp that changes at time t is obeyed in the step that begins at t; SUMO's vehicles obey it in the step that
//!   ends at t. Whoever starts at a green is a second later here (rungs with signals).
//! - Circles of equals are broken by draws of our own, the same in every run; SUMO draws from its seed.

/// One scenario. `DRIVER` in the demand stands for the attributes that make drivers exact or random.
pub struct Rung {
    /// For the table.
    pub name: &'static str,
    /// Content of the node file.
    pub nodes: &'static str,
    /// Content of the edge file.
    pub edges: &'static str,
    /// Content of the edge types' file; nothing: none.
    pub types: &'static str,
    /// What else netconvert is told.
    pub options: &'static [&'static str],
    /// Content of the connection file; nothing: as netconvert guesses.
    pub connections: &'static str,
    /// Content of the signal programs' file; nothing: none.
    pub programs: &'static str,
    /// More additional elements, such as bus stops.
    pub additional: &'static str,
    /// Types, routes, vehicles.
    pub demand: &'static str,
    /// Lanes whose share of their edge's traffic is compared.
    pub lanes: &'static [(&'static str, usize)],
    /// Over how many starts the mean of exact runs is taken.
    pub starts: u64,
}

/// A rung with nothing in it.
pub const EMPTY: Rung = Rung {
    name: "",
    nodes: "",
    edges: "",
    types: "",
    options: &[],
    connections: "",
    programs: "",
    additional: "",
    demand: "",
    lanes: &[],
    starts: 1,
};

/// Starts where a hundredth of a second decides which gap is taken, and so on for all who wait behind: from start to start
/// we are up to 8 % above SUMO and as much below. Where streams merge at speed or take turns, one start is as good as
/// twenty (measured: no start of the on-ramp, lane drop, roundabout, zippers, all-way stop and bus at a stop was further
/// off than 1.1 %).
const STARTS: u64 = 20;

/// Two streets that cross at `c`, 300 m each way, 50 km/h.
const CROSS_EDGES: &str = r#"
<edge id="nc" from="n" to="c" numLanes="1" speed="13.89"/><edge id="cn" from="c" to="n" numLanes="1" speed="13.89"/>
<edge id="ec" from="e" to="c" numLanes="1" speed="13.89"/><edge id="ce" from="c" to="e" numLanes="1" speed="13.89"/>
<edge id="sc" from="s" to="c" numLanes="1" speed="13.89"/><edge id="cs" from="c" to="s" numLanes="1" speed="13.89"/>
<edge id="wc" from="w" to="c" numLanes="1" speed="13.89"/><edge id="cw" from="c" to="w" numLanes="1" speed="13.89"/>"#;

/// Traffic from everywhere to everywhere.
const CROSS_DEMAND: &str = r#"<vType id="car" DRIVER/>
<route id="ns" edges="nc cs"/><route id="sn" edges="sc cn"/><route id="we" edges="wc ce"/><route id="ew" edges="ec cw"/>
<route id="nl" edges="nc ce"/><route id="sl" edges="sc cw"/><route id="wl" edges="wc cn"/><route id="el" edges="ec cs"/>
<route id="nr" edges="nc cw"/><route id="sr" edges="sc ce"/><route id="wr" edges="wc cs"/><route id="er" edges="ec cn"/>
<flow id="ns" type="car" route="ns" begin="0" end="600" period="29" departSpeed="max"/>
<flow id="we" type="car" route="we" begin="1" end="600" period="31" departSpeed="max"/>
<flow id="sn" type="car" route="sn" begin="2" end="600" period="37" departSpeed="max"/>
<flow id="ew" type="car" route="ew" begin="3" end="600" period="41" departSpeed="max"/>
<flow id="nl" type="car" route="nl" begin="5" end="600" period="83" departSpeed="max"/>
<flow id="wl" type="car" route="wl" begin="8" end="600" period="89" departSpeed="max"/>
<flow id="sl" type="car" route="sl" begin="11" end="600" period="97" departSpeed="max"/>
<flow id="el" type="car" route="el" begin="14" end="600" period="101" departSpeed="max"/>
<flow id="nr" type="car" route="nr" begin="17" end="600" period="103" departSpeed="max"/>
<flow id="wr" type="car" route="wr" begin="20" end="600" period="107" departSpeed="max"/>
<flow id="sr" type="car" route="sr" begin="23" end="600" period="109" departSpeed="max"/>
<flow id="er" type="car" route="er" begin="26" end="600" period="113" departSpeed="max"/>"#;

/// A street of one lane with a signal at 400 m and one at 800 m.
const STREET_NODES: &str = r#"<node id="a" x="0" y="0"/><node id="b" x="400" y="0" type="traffic_light"/>
<node id="c" x="800" y="0" type="traffic_light"/><node id="d" x="1200" y="0"/>"#;
const STREET_EDGES: &str = r#"<edge id="ab" from="a" to="b" numLanes="1" speed="13.89"/>
<edge id="bc" from="b" to="c" numLanes="1" speed="13.89"/><edge id="cd" from="c" to="d" numLanes="1" speed="13.89"/>"#;

/// All rungs.
pub const RUNGS: &[Rung] = &[
    // Stands at both signals: from a stop to a stop to a stop.
    Rung {
        name: "one car",
        nodes: STREET_NODES,
        edges: STREET_EDGES,
        programs: r#"
<tlLogic id="b" type="static" programID="0" offset="0"><phase duration="60" state="r"/><phase duration="600" state="G"/></tlLogic>
<tlLogic id="c" type="static" programID="0" offset="0"><phase duration="120" state="r"/><phase duration="600" state="G"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><route id="r" edges="ab bc cd"/><vehicle id="v" type="car" route="r" depart="0"/>"#,
        ..EMPTY
    },
    Rung {
        name: "platoon",
        nodes: STREET_NODES,
        edges: STREET_EDGES,
        programs: r#"
<tlLogic id="b" type="static" programID="0" offset="0"><phase duration="30" state="G"/><phase duration="3" state="y"/><phase duration="27" state="r"/></tlLogic>
<tlLogic id="c" type="static" programID="0" offset="45"><phase duration="30" state="G"/><phase duration="3" state="y"/><phase duration="27" state="r"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><route id="r" edges="ab bc cd"/>
<flow id="f" type="car" route="r" begin="0" end="600" period="5.3" departSpeed="max"/>"#,
        ..EMPTY
    },
    Rung {
        name: "queue discharging",
        nodes: STREET_NODES,
        edges: STREET_EDGES,
        programs: r#"
<tlLogic id="b" type="static" programID="0" offset="0"><phase duration="180" state="r"/><phase duration="600" state="G"/></tlLogic>
<tlLogic id="c" type="static" programID="0" offset="0"><phase duration="1000" state="G"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><route id="r" edges="ab bc cd"/>
<flow id="f" type="car" route="r" begin="0" period="3" number="45" departSpeed="max"/>"#,
        ..EMPTY
    },
    Rung {
        name: "permissive left",
        nodes: r#"<node id="n" x="0" y="300"/><node id="e" x="300" y="0"/><node id="w" x="-300" y="0"/><node id="c" x="0" y="0" type="traffic_light"/>"#,
        edges: r#"<edge id="wc" from="w" to="c" numLanes="2" speed="13.89"/><edge id="ce" from="c" to="e" numLanes="1" speed="13.89"/>
<edge id="ec" from="e" to="c" numLanes="1" speed="13.89"/><edge id="cw" from="c" to="w" numLanes="1" speed="13.89"/>
<edge id="cn" from="c" to="n" numLanes="1" speed="13.89"/>"#,
        connections: r#"<connection from="wc" to="ce" fromLane="0" toLane="0"/><connection from="wc" to="cn" fromLane="1" toLane="0"/>
<connection from="ec" to="cw" fromLane="0" toLane="0"/>"#,
        programs: r#"<tlLogic id="c" type="static" programID="0" offset="0"><phase duration="60" state="GGg"/><phase duration="3" state="yyy"/><phase duration="27" state="rrr"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><route id="left" edges="wc cn"/><route id="we" edges="wc ce"/><route id="ew" edges="ec cw"/>
<flow id="left" type="car" route="left" begin="0" end="900" period="11" departSpeed="max" departLane="best"/>
<flow id="we" type="car" route="we" begin="1" end="900" period="13" departSpeed="max" departLane="best"/>
<flow id="ew" type="car" route="ew" begin="2" end="900" period="5.9" departSpeed="max"/>"#,
        starts: STARTS,
        ..EMPTY
    },
    // More want to turn than can: what counts is how many do in the gaps and at the end of green, from their place inside.
    Rung {
        name: "left turns in a queue",
        nodes: r#"<node id="n" x="0" y="300"/><node id="e" x="600" y="0"/><node id="w" x="-600" y="0"/><node id="c" x="0" y="0" type="traffic_light"/>"#,
        edges: r#"<edge id="wc" from="w" to="c" numLanes="1" speed="13.89"/><edge id="ce" from="c" to="e" numLanes="1" speed="13.89"/>
<edge id="ec" from="e" to="c" numLanes="2" speed="13.89"/><edge id="cw" from="c" to="w" numLanes="2" speed="13.89"/>
<edge id="cn" from="c" to="n" numLanes="1" speed="13.89"/>"#,
        connections: r#"<connection from="ec" to="cw" fromLane="0" toLane="0"/><connection from="ec" to="cw" fromLane="1" toLane="1"/>
<connection from="wc" to="ce" fromLane="0" toLane="0"/><connection from="wc" to="cn" fromLane="0" toLane="0"/>"#,
        programs: r#"<tlLogic id="c" type="static" programID="0" offset="0"><phase duration="42" state="GGGg"/><phase duration="3" state="yyyy"/><phase duration="45" state="rrrr"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><route id="left" edges="wc cn"/><route id="ew" edges="ec cw"/>
<flow id="left" type="car" route="left" begin="0" end="900" period="7" departSpeed="max"/>
<flow id="right_lane" type="car" route="ew" begin="1" end="1800" period="19.3" departLane="0" departSpeed="max"/>
<flow id="left_lane" type="car" route="ew" begin="2" end="1800" period="16.7" departLane="1" departSpeed="max"/>"#,
        starts: STARTS,
        ..EMPTY
    },
    // Who turns left from the third lane of the next road sorts itself into the left lane of this one.
    Rung {
        name: "lanes for the road after",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="300" y="0"/><node id="c" x="500" y="0"/><node id="d" x="800" y="0"/><node id="n" x="500" y="300"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" numLanes="2" speed="13.89" priority="3"/><edge id="bc" from="b" to="c" numLanes="3" speed="13.89" priority="3"/>
<edge id="cd" from="c" to="d" numLanes="2" speed="13.89" priority="3"/><edge id="cn" from="c" to="n" numLanes="1" speed="13.89" priority="1"/>"#,
        connections: r#"<connection from="ab" to="bc" fromLane="0" toLane="0"/><connection from="ab" to="bc" fromLane="1" toLane="1"/>
<connection from="bc" to="cd" fromLane="0" toLane="0"/><connection from="bc" to="cd" fromLane="1" toLane="1"/>
<connection from="bc" to="cn" fromLane="2" toLane="0"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="left" edges="ab bc cn"/><route id="on" edges="ab bc cd"/>
<flow id="left" type="car" route="left" begin="0" end="900" period="7.3" departLane="0" departSpeed="max"/>
<flow id="on" type="car" route="on" begin="1" end="900" period="8.9" departLane="0" departSpeed="max"/>"#,
        lanes: &[("ab", 0), ("bc", 0), ("bc", 2)],
        ..EMPTY
    },
    // Below what the minor road can take: in a queue that only grows, one gap taken or not shifts everybody behind.
    Rung {
        name: "priority T-junction",
        nodes: r#"<node id="s" x="0" y="-300"/><node id="e" x="300" y="0"/><node id="w" x="-300" y="0"/><node id="c" x="0" y="0" type="priority"/>"#,
        edges: r#"<edge id="wc" from="w" to="c" numLanes="1" speed="13.89" priority="3"/><edge id="ce" from="c" to="e" numLanes="1" speed="13.89" priority="3"/>
<edge id="ec" from="e" to="c" numLanes="1" speed="13.89" priority="3"/><edge id="cw" from="c" to="w" numLanes="1" speed="13.89" priority="3"/>
<edge id="sc" from="s" to="c" numLanes="1" speed="13.89" priority="1"/><edge id="cs" from="c" to="s" numLanes="1" speed="13.89" priority="1"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="we" edges="wc ce"/><route id="ew" edges="ec cw"/><route id="sw" edges="sc cw"/>
<route id="se" edges="sc ce"/><route id="es" edges="ec cs"/><route id="ws" edges="wc cs"/>
<flow id="we" type="car" route="we" begin="0" end="900" period="11.3" departSpeed="max"/>
<flow id="ew" type="car" route="ew" begin="1" end="900" period="13.7" departSpeed="max"/>
<flow id="sw" type="car" route="sw" begin="2" end="900" period="43" departSpeed="max"/>
<flow id="se" type="car" route="se" begin="3" end="900" period="41" departSpeed="max"/>
<flow id="es" type="car" route="es" begin="5" end="900" period="41" departSpeed="max"/>
<flow id="ws" type="car" route="ws" begin="7" end="900" period="43" departSpeed="max"/>"#,
        starts: STARTS,
        ..EMPTY
    },
    Rung {
        name: "on-ramp",
        nodes: r#"<node id="a" x="0" y="0"/><node id="m" x="600" y="0"/><node id="d" x="900" y="0"/><node id="b" x="1500" y="0"/><node id="r" x="300" y="-60"/>"#,
        edges: r#"<edge id="am" from="a" to="m" numLanes="2" speed="27.78" priority="3"/><edge id="rm" from="r" to="m" numLanes="1" speed="19.44" priority="1"/>
<edge id="md" from="m" to="d" numLanes="3" speed="27.78" priority="3"/><edge id="db" from="d" to="b" numLanes="2" speed="27.78" priority="3"/>"#,
        connections: r#"<connection from="rm" to="md" fromLane="0" toLane="0"/><connection from="am" to="md" fromLane="0" toLane="1"/>
<connection from="am" to="md" fromLane="1" toLane="2"/><connection from="md" to="db" fromLane="1" toLane="0"/><connection from="md" to="db" fromLane="2" toLane="1"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="main" edges="am md db"/><route id="ramp" edges="rm md db"/>
<flow id="right" type="car" route="main" begin="0" end="600" period="4.3" departSpeed="max" departLane="0"/>
<flow id="left" type="car" route="main" begin="1" end="600" period="4.7" departSpeed="max" departLane="1"/>
<flow id="ramp" type="car" route="ramp" begin="2" end="600" period="7.1" departSpeed="max"/>"#,
        lanes: &[("am", 0), ("md", 0), ("md", 1), ("db", 0)],
        ..EMPTY
    },
    Rung {
        name: "lane drop",
        nodes: r#"<node id="a" x="0" y="0"/><node id="m" x="600" y="0"/><node id="b" x="1200" y="0"/>"#,
        edges: r#"<edge id="am" from="a" to="m" numLanes="2" speed="13.89"/><edge id="mb" from="m" to="b" numLanes="1" speed="13.89"/>"#,
        connections: r#"<connection from="am" to="mb" fromLane="1" toLane="0"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="r" edges="am mb"/>
<flow id="right" type="car" route="r" begin="0" end="600" period="5.3" departSpeed="max" departLane="0"/>
<flow id="left" type="car" route="r" begin="1" end="600" period="5.9" departSpeed="max" departLane="1"/>"#,
        lanes: &[("am", 0)],
        ..EMPTY
    },
    Rung {
        name: "overtaking",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="3000" y="0"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" numLanes="2" speed="27.78"/>"#,
        demand: r#"<vType id="car" DRIVER/><vType id="slow" maxSpeed="16" DRIVER/><route id="r" edges="ab"/>
<flow id="slow" type="slow" route="r" begin="0" end="600" period="13" departSpeed="max" departLane="0"/>
<flow id="car" type="car" route="r" begin="1" end="600" period="3.1" departSpeed="max" departLane="0"/>"#,
        lanes: &[("ab", 0)],
        ..EMPTY
    },
    Rung {
        name: "right before left",
        nodes: r#"<node id="n" x="0" y="300"/><node id="e" x="300" y="0"/><node id="s" x="0" y="-300"/><node id="w" x="-300" y="0"/><node id="c" x="0" y="0" type="right_before_left"/>"#,
        edges: CROSS_EDGES,
        demand: CROSS_DEMAND,
        starts: STARTS,
        ..EMPTY
    },
    Rung {
        name: "roundabout",
        nodes: r#"<node id="N" x="0" y="200"/><node id="E" x="200" y="0"/><node id="S" x="0" y="-200"/><node id="W" x="-200" y="0"/>
<node id="n" x="0" y="18"/><node id="e" x="18" y="0"/><node id="s" x="0" y="-18"/><node id="w" x="-18" y="0"/>"#,
        edges: r#"<edge id="Nn" from="N" to="n" numLanes="1" speed="13.89"/><edge id="nN" from="n" to="N" numLanes="1" speed="13.89"/>
<edge id="Ee" from="E" to="e" numLanes="1" speed="13.89"/><edge id="eE" from="e" to="E" numLanes="1" speed="13.89"/>
<edge id="Ss" from="S" to="s" numLanes="1" speed="13.89"/><edge id="sS" from="s" to="S" numLanes="1" speed="13.89"/>
<edge id="Ww" from="W" to="w" numLanes="1" speed="13.89"/><edge id="wW" from="w" to="W" numLanes="1" speed="13.89"/>
<edge id="en" from="e" to="n" numLanes="1" speed="8.33"/><edge id="nw" from="n" to="w" numLanes="1" speed="8.33"/>
<edge id="ws" from="w" to="s" numLanes="1" speed="8.33"/><edge id="se" from="s" to="e" numLanes="1" speed="8.33"/>
<roundabout nodes="n w s e" edges="en nw ws se"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="ns" edges="Nn nw ws sS"/><route id="sn" edges="Ss se en nN"/>
<route id="we" edges="Ww ws se eE"/><route id="ew" edges="Ee en nw wW"/><route id="ne" edges="Nn nw ws se eE"/><route id="sw" edges="Ss se en nw wW"/>
<flow id="ns" type="car" route="ns" begin="0" end="600" period="14.3" departSpeed="max"/>
<flow id="sn" type="car" route="sn" begin="1" end="600" period="15.7" departSpeed="max"/>
<flow id="we" type="car" route="we" begin="2" end="600" period="17.9" departSpeed="max"/>
<flow id="ew" type="car" route="ew" begin="3" end="600" period="19.3" departSpeed="max"/>
<flow id="ne" type="car" route="ne" begin="4" end="600" period="37" departSpeed="max"/>
<flow id="sw" type="car" route="sw" begin="5" end="600" period="41" departSpeed="max"/>"#,
        ..EMPTY
    },
    Rung {
        name: "zipper of two roads",
        nodes: r#"<node id="a" x="0" y="20"/><node id="b" x="0" y="-20"/><node id="z" x="400" y="0" type="zipper"/><node id="o" x="800" y="0"/>"#,
        edges: r#"<edge id="az" from="a" to="z" numLanes="1" speed="13.89"/><edge id="bz" from="b" to="z" numLanes="1" speed="13.89"/><edge id="zo" from="z" to="o" numLanes="1" speed="13.89"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="a" edges="az zo"/><route id="b" edges="bz zo"/>
<flow id="a" type="car" route="a" begin="0" end="600" period="5.3" departSpeed="max"/>
<flow id="b" type="car" route="b" begin="1" end="600" period="5.9" departSpeed="max"/>"#,
        ..EMPTY
    },
    Rung {
        name: "zipper of two lanes",
        nodes: r#"<node id="a" x="0" y="0"/><node id="z" x="400" y="0" type="zipper"/><node id="o" x="800" y="0"/>"#,
        edges: r#"<edge id="az" from="a" to="z" numLanes="2" speed="13.89"/><edge id="zo" from="z" to="o" numLanes="1" speed="13.89"/>"#,
        connections: r#"<connection from="az" to="zo" fromLane="0" toLane="0"/><connection from="az" to="zo" fromLane="1" toLane="0"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="a" edges="az zo"/>
<flow id="a" type="car" route="a" begin="0" end="600" period="5.3" departSpeed="max" departLane="0"/>
<flow id="b" type="car" route="a" begin="1" end="600" period="5.9" departSpeed="max" departLane="1"/>"#,
        lanes: &[("az", 0)],
        ..EMPTY
    },
    Rung {
        name: "all-way stop",
        nodes: r#"<node id="n" x="0" y="300"/><node id="e" x="300" y="0"/><node id="s" x="0" y="-300"/><node id="w" x="-300" y="0"/><node id="c" x="0" y="0" type="allway_stop"/>"#,
        edges: CROSS_EDGES,
        demand: CROSS_DEMAND,
        ..EMPTY
    },
    Rung {
        name: "right turn on red",
        nodes: r#"<node id="s" x="0" y="-300"/><node id="e" x="300" y="0"/><node id="w" x="-300" y="0"/><node id="c" x="0" y="0" type="traffic_light_right_on_red"/>"#,
        edges: r#"<edge id="wc" from="w" to="c" numLanes="1" speed="13.89"/><edge id="ce" from="c" to="e" numLanes="1" speed="13.89"/>
<edge id="sc" from="s" to="c" numLanes="1" speed="13.89"/>"#,
        programs: r#"<tlLogic id="c" type="static" programID="0" offset="0"><phase duration="50" state="sG"/><phase duration="3" state="sy"/><phase duration="2" state="sr"/>
<phase duration="20" state="Gr"/><phase duration="3" state="yr"/><phase duration="2" state="sr"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><route id="we" edges="wc ce"/><route id="se" edges="sc ce"/>
<flow id="we" type="car" route="we" begin="0" end="900" period="8.9" departSpeed="max"/>
<flow id="se" type="car" route="se" begin="2" end="900" period="13.1" departSpeed="max"/>"#,
        starts: STARTS,
        ..EMPTY
    },
    Rung {
        name: "bus at a stop",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="800" y="0"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" numLanes="2" speed="13.89"/>"#,
        additional: r#"<busStop id="stop" lane="ab_0" startPos="300" endPos="325"/>"#,
        demand: r#"<vType id="car" DRIVER/><vType id="bus" vClass="bus" DRIVER/><route id="r" edges="ab"/>
<flow id="bus" type="bus" route="r" begin="0" end="600" period="61" departSpeed="max" departLane="0"><stop busStop="stop" duration="20"/></flow>
<flow id="car" type="car" route="r" begin="1" end="600" period="4.1" departSpeed="max" departLane="0"/>"#,
        lanes: &[("ab", 0)],
        ..EMPTY
    },
    // Nobody can pass: whoever comes while the bus stands waits behind it.
    Rung {
        name: "bus in the way",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="800" y="0"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" numLanes="1" speed="13.89"/>"#,
        additional: r#"<busStop id="stop" lane="ab_0" startPos="300" endPos="325"/>"#,
        demand: r#"<vType id="car" DRIVER/><vType id="bus" vClass="bus" DRIVER/><route id="r" edges="ab"/>
<flow id="bus" type="bus" route="r" begin="0" end="600" period="61" departSpeed="max"><stop busStop="stop" duration="20"/></flow>
<flow id="car" type="car" route="r" begin="1" end="600" period="7.3" departSpeed="max"/>"#,
        ..EMPTY
    },
];
