//! One test per defect that networks of other people showed.

use super::tools::{NET, Scratch, run};

/// What a drained run of a network and a demand came to.
fn drained(net: &str, routes: &str) -> serde_json::Value {
    let (scratch, config) = Scratch::with_scenario(net, routes);
    let text = scratch.read("x.sumocfg");
    assert!(text.contains(r#"<end value="200"/>"#), "{text}");
    scratch.write("x.sumocfg", text.replace(r#"<end value="200"/>"#, r#"<end value="3000"/>"#));
    let said = run([config.to_str().expect("a path in UTF-8"), "--drain", "--json", "--quiet"]);
    assert_eq!(said.code, 0, "{said:?}");
    said.json()
}

/// SUMO lets vehicles drive through each other there.
#[test]
fn at_an_unregulated_crossing_one_waits_for_the_other() {
    let mut net =
        NET.replace("traffic_light", "unregulated").replace(r#" tl="T""#, "").replace(r#"state="O""#, r#"state="M""#);
    for (from, to) in [("<tlLogic", "</tlLogic>"), ("<request", "</junction>")] {
        let (start, end) = (net.find(from).expect("it is there"), net.find(to).expect("it ends"));
        let end = if to == "</junction>" { end } else { end + to.len() };
        net.replace_range(start..end, "");
    }
    for (group, letter) in [("0", "w"), ("1", "s")] {
        net = net.replace(&format!(r#" linkIndex="{group}""#), "");
        assert!(net.contains(&format!(r#"from="{letter}""#)));
    }
    let flow = |id: &str, edges: &str| {
        format!(r#"<flow id="{id}" begin="0" end="300" period="6" departSpeed="max"><route edges="{edges}"/></flow>"#)
    };
    let result = drained(&net, &format!("<routes>{}{}</routes>", flow("we", "w e"), flow("sn", "s n")));
    assert_eq!(result["vehicles"]["arrived"], 100, "{result}");
    assert_eq!(result["collisions"], 0, "{result}");
}

/// A road from `x` = 0 to 200 m and whatever follows.
fn road(lanes: &[&str], rest: &str) -> String {
    let lane = |k: usize| {
        let y = 3.2 * k as f64;
        format!(r#"<lane id="ab_{k}" index="{k}" speed="13.9" length="200" shape="0,{y} 200,{y}"/>"#)
    };
    let all: String = (0..lanes.len()).map(lane).collect();
    format!(
        r#"<net version="1.20"><edge id="ab" from="a" to="b">{all}</edge>
<junction id="a" type="dead_end" x="0" y="0" incLanes="" intLanes=""/>
<junction id="b" type="priority" x="200" y="0" incLanes="{}" intLanes=""/>{rest}</net>"#,
        lanes.join(" ")
    )
}

/// However short, the last road is reached from one lane only.
#[test]
fn the_lane_that_leads_to_a_short_last_road_is_found() {
    let net = road(
        &["ab_0", "ab_1"],
        r#"<edge id="bc" from="b" to="c"><lane id="bc_0" index="0" speed="13.9" length="8" shape="200,3.2 208,3.2"/></edge>
<edge id="bd" from="b" to="d"><lane id="bd_0" index="0" speed="13.9" length="100" shape="200,0 200,-100"/></edge>
<junction id="c" type="dead_end" x="208" y="3" incLanes="bc_0" intLanes=""/>
<junction id="d" type="dead_end" x="200" y="-100" incLanes="bd_0" intLanes=""/>
<connection from="ab" to="bd" fromLane="0" toLane="0" dir="s" state="M"/>
<connection from="ab" to="bc" fromLane="1" toLane="0" dir="s" state="M"/>"#,
    );
    let result =
        drained(&net, r#"<routes><vehicle id="v" depart="0" departLane="0"><route edges="ab bc"/></vehicle></routes>"#);
    assert_eq!(result["vehicles"]["arrived"], 1, "{result}");
}
