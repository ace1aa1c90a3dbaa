//! Rungs about what network files say of single classes, lanes and connections, and about how they are drawn.

use super::rungs::{EMPTY, Rung};

/// A road of two lanes to a node where one turns right from the right lane.
const FORK_NODES: &str = r#"<node id="a" x="0" y="0"/><node id="b" x="600" y="0"/><node id="c" x="900" y="0"/>
<node id="d" x="600" y="-300"/>"#;

/// All of them.
pub const RULES: &[Rung] = &[
    // Behind slow vehicles on the right lane only buses may change to the left; further on everybody may.
    Rung {
        name: "lane change prohibited",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="700" y="0"/><node id="c" x="1400" y="0"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" numLanes="2" speed="13.89"><lane index="0" changeLeft="bus"/></edge>
<edge id="bc" from="b" to="c" numLanes="2" speed="13.89"/>"#,
        demand: r#"<vType id="slow" maxSpeed="7" DRIVER/><vType id="car" DRIVER/><vType id="bus" vClass="bus" DRIVER/>
<route id="r" edges="ab bc"/>
<flow id="s" type="slow" route="r" begin="0" end="900" period="61" departLane="0" departSpeed="max"/>
<flow id="c" type="car" route="r" begin="3" end="900" period="23" departLane="0" departSpeed="max"/>
<flow id="b" type="bus" route="r" begin="7" end="900" period="97" departLane="0" departSpeed="max"/>"#,
        lanes: &[("ab", 1)],
        ..EMPTY
    },
    // Lorries drive slower on one kind of road, may not take the right lane over the junction, where it is slow
    // and longer than it is drawn (SUMO's cars change lane inside that junction, ours do not: lanes behind it differ).
    Rung {
        name: "limits of classes",
        nodes: FORK_NODES,
        edges: r#"<edge id="ab" from="a" to="b" type="street"/>
<edge id="bc" from="b" to="c" numLanes="2" speed="13.89"/><edge id="bd" from="b" to="d" numLanes="1" speed="13.89"/>"#,
        types: r#"<type id="street" numLanes="2" speed="13.89"><restriction vClass="truck" speed="8"/></type>"#,
        connections: r#"<connection from="ab" to="bc" fromLane="0" toLane="0" disallow="truck" speed="5" length="40"/>
<connection from="ab" to="bc" fromLane="1" toLane="1"/><connection from="ab" to="bd" fromLane="0" toLane="0"/>"#,
        demand: r#"<vType id="car" DRIVER/><vType id="lorry" vClass="truck" DRIVER/>
<route id="s" edges="ab bc"/><route id="r" edges="ab bd"/>
<flow id="lorry" type="lorry" route="s" begin="0" end="900" period="89" departLane="0" departSpeed="max"/>
<flow id="right" type="car" route="r" begin="5" end="900" period="41" departLane="0" departSpeed="max"/>
<flow id="on" type="car" route="s" begin="9" end="900" period="37" departLane="1" departSpeed="max"/>"#,
        lanes: &[("ab", 1)],
        ..EMPTY
    },
    // At a signal, cars stop 12 m before the end of the lane, buses at it.
    Rung {
        name: "stop line set back",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="500" y="0" type="traffic_light"/><node id="c" x="800" y="0"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" numLanes="1" speed="13.89"><stopOffset value="12" exceptions="bus"/></edge>
<edge id="bc" from="b" to="c" numLanes="1" speed="13.89"/>"#,
        programs: r#"
<tlLogic id="b" type="static" programID="0" offset="0"><phase duration="31" state="r"/><phase duration="26" state="G"/><phase duration="3" state="y"/></tlLogic>"#,
        demand: r#"<vType id="car" DRIVER/><vType id="bus" vClass="bus" DRIVER/><route id="r" edges="ab bc"/>
<flow id="c" type="car" route="r" begin="0" end="1200" period="17" departSpeed="max"/>
<flow id="b" type="bus" route="r" begin="5" end="1200" period="83" departSpeed="max"/>"#,
        ..EMPTY
    },
    // The main road gives way to the side road, because netconvert was told so.
    Rung {
        name: "prohibition",
        nodes: r#"<node id="a" x="0" y="0"/><node id="b" x="400" y="0" type="priority"/><node id="c" x="800" y="0"/>
<node id="d" x="400" y="-400"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" priority="3" numLanes="1" speed="13.89"/>
<edge id="bc" from="b" to="c" priority="3" numLanes="1" speed="13.89"/>
<edge id="db" from="d" to="b" priority="1" numLanes="1" speed="13.89"/>"#,
        connections: r#"<connection from="ab" to="bc" fromLane="0" toLane="0"/><connection from="db" to="bc" fromLane="0" toLane="0"/>
<prohibition prohibitor="db->bc" prohibited="ab->bc"/>"#,
        demand: r#"<vType id="car" DRIVER/><route id="m" edges="ab bc"/><route id="s" edges="db bc"/>
<flow id="m" type="car" route="m" begin="0" end="900" period="13" departSpeed="max"/>
<flow id="s" type="car" route="s" begin="2" end="900" period="19" departSpeed="max"/>"#,
        ..EMPTY
    },
    // Traffic on the left of a hilly road, with right turns across it.
    Rung {
        name: "left-hand and hilly",
        nodes: r#"<node id="a" x="0" y="0" z="0"/><node id="b" x="400" y="0" z="60" type="priority"/><node id="c" x="800" y="0" z="0"/>
<node id="d" x="400" y="-400" z="60"/>"#,
        edges: r#"<edge id="ab" from="a" to="b" priority="3" numLanes="2" speed="13.89"/>
<edge id="bc" from="b" to="c" priority="3" numLanes="2" speed="13.89"/>
<edge id="cb" from="c" to="b" priority="3" numLanes="2" speed="13.89"/>
<edge id="ba" from="b" to="a" priority="3" numLanes="2" speed="13.89"/>
<edge id="bd" from="b" to="d" priority="1" numLanes="1" speed="13.89"/>
<edge id="db" from="d" to="b" priority="1" numLanes="1" speed="13.89"/>"#,
        options: &["--lefthand", "true"],
        demand: r#"<vType id="slow" maxSpeed="8" DRIVER/><vType id="car" DRIVER/>
<route id="e" edges="ab bc"/><route id="w" edges="cb ba"/><route id="r" edges="ab bd"/><route id="l" edges="cb bd"/>
<route id="in" edges="db ba"/>
<flow id="slow" type="slow" route="w" begin="0" end="900" period="71" departLane="0" departSpeed="max"/>
<flow id="e" type="car" route="e" begin="1" end="900" period="29" departSpeed="max"/>
<flow id="w" type="car" route="w" begin="2" end="900" period="23" departSpeed="max"/>
<flow id="r" type="car" route="r" begin="3" end="900" period="43" departSpeed="max"/>
<flow id="l" type="car" route="l" begin="4" end="900" period="53" departSpeed="max"/>
<flow id="in" type="car" route="in" begin="5" end="900" period="59" departSpeed="max"/>"#,
        ..EMPTY
    },
];
