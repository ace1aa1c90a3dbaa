//! Networks with one mistake each, and networks that are odd but good.

use super::test_files::Scratch;
use super::*;
use crate::network::{Direction, JunctionKind, Permissions, RightOfWay, VehicleClass};

/// A road A-B-C with a signal at B; one place to break it per element.
const GOOD: &str = r#"<net version="1.20">
<edge id=":B_0" function="internal">
<lane id=":B_0_0" index="0" speed="10" length="8" shape="96,0 104,0"/>
</edge>
<edge id="in" from="A" to="B" priority="2">
<lane id="in_0" index="0" speed="13.9" length="96" shape="0,0 96,0"/>
<lane id="in_1" index="1" speed="13.9" length="96" shape="0,3 96,3"/>
</edge>
<edge id="out" from="B" to="C" priority="2">
<lane id="out_0" index="0" disallow="tram pedestrian" speed="13.9" width="3" length="96" shape="104,0,1.5 200,0,2"/>
</edge>
<tlLogic id="T" type="static" programID="0" offset="5">
<phase duration="30" state="Gr"/>
<phase duration="0:00:05" state="yr"/>
</tlLogic>
<junction id="A" type="dead_end" x="0" y="0" incLanes="" intLanes="" shape=""/>
<junction id="B" type="traffic_light" x="100" y="0" incLanes="in_0 in_1" intLanes=":B_0_0" shape="96,-2 104,2">
<request index="0" response="0" foes="0" cont="0"/>
</junction>
<junction id="C" type="dead_end" x="200" y="0" incLanes="out_0" intLanes=""/>
<connection from="in" to="out" fromLane="0" toLane="0" via=":B_0_0" tl="T" linkIndex="0" dir="s" state="O"/>
<connection from=":B_0" to="out" fromLane="0" toLane="0" dir="s" state="M"/>
</net>
"#;

/// The second lane of its first road.
const LANE_1: &str = r#"<lane id="in_1" index="1" speed="13.9" length="96" shape="0,3 96,3"/>"#;

/// That lane with an element in it.
fn with_child(child: &str) -> String {
    LANE_1.replace("/>", &format!(">{child}</lane>"))
}

/// Reads a net with this content.
fn read(content: &str, additional: &[&str]) -> (Result<Network, ImportError>, Report) {
    let scratch = Scratch::new("net");
    let file = scratch.write("x.net.xml", content);
    let extra: Vec<_> =
        additional.iter().enumerate().map(|(i, text)| scratch.write(&format!("{i}.add.xml"), text)).collect();
    let mut report = Report::default();
    (read_network(&file, &extra, &mut report), report)
}

/// The good net with one text replaced.
fn with(old: &str, new: &str) -> String {
    assert!(GOOD.contains(old), "{old}");
    GOOD.replace(old, new)
}

#[test]
fn the_good_net_is_good() {
    let (net, report) = read(GOOD, &[]);
    let net = net.unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
    assert_eq!((net.links.len(), net.lanes.len(), net.movements.len(), net.junctions.len()), (3, 4, 2, 3));
    let out = &net.lanes[3];
    assert_eq!((out.width, out.shape[1].x), (3.0, 200.0));
    // Half a metre up on 96 m; a lane without heights is level.
    assert!((out.grade - 100.0 * 0.5 / 96.0).abs() < 1e-5 && net.lanes[1].grade == 0.0, "{} %", out.grade);
    assert!(!out.permissions.allows(VehicleClass::Tram) && out.permissions.allows(VehicleClass::Bus));
    assert_eq!(net.junctions[1].kind, JunctionKind::TrafficLight);
    let program = &net.signals[0].program;
    assert_eq!((program.cycle().0, program.offset().0, program.groups()), (35_000, 5000, 2));
}

#[test]
fn cliffs_are_cut_and_named() {
    let (net, report) = read(&with("104,0,1.5 200,0,2", "104,0,0 200,0,90"), &[]);
    assert_eq!(net.unwrap().lanes[3].grade, 40.0);
    assert!(format!("{report:?}").contains("steeper than 40 %"), "{report:?}");
}

#[test]
fn mistakes_are_named_with_file_line_and_expectation() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("<net version", "<road version", &["x.net.xml:1:", "root element is <road>; expected <net>"]),
        ("</net>", "", &["x.net.xml:", "ends inside <net>: the file is truncated"]),
        ("id=\"in_1\"", "id=\"in_1\" changeRight=\" \"", &[":7:", "changeRight=\"\"; expected vehicle classes"]),
        (
            LANE_1,
            &with_child("<stopOffset value=\"-1\"/>"),
            &[":7:", "<stopOffset> of <lane> 'in_1'", "from 0 to less"],
        ),
        (LANE_1, &with_child("<stopOffset value=\"96\"/>"), &[":7:", "value=\"96\"; expected metres from 0"]),
        (LANE_1, &with_child("<stopOffset/>"), &[":7:", "attribute 'value' is missing"]),
        (
            LANE_1,
            &with_child("<stopOffset value=\"1\" vClasses=\"bus\" exceptions=\"taxi\"/>"),
            &[":7:", "both vClasses and exceptions"],
        ),
        (
            "<edge id=\"in\"",
            "<type id=\"t\"><restriction vClass=\"bus\" speed=\"0\"/></type><edge id=\"in\"",
            &[":5:", "<restriction> of <type> 't': speed=\"0\""],
        ),
        ("from=\"A\" to=\"B\"", "from=\"Q\" to=\"B\"", &[":5:", "<edge> 'in': from=\"Q\" is not a known junction"]),
        ("from=\"A\" to=\"B\"", "from=\"A\"", &[":5:", "<edge> 'in': attribute 'to' is missing"]),
        ("index=\"1\"", "index=\"2\"", &[":5:", "lane 'in_1' has index 2; expected 1"]),
        ("index=\"1\"", "index=\"-1\"", &[":7:", "index=\"-1\" is not a whole number"]),
        ("length=\"8\"", "length=\"-8\"", &[":3:", "<lane> ':B_0_0'", "expected a positive number of metres"]),
        ("length=\"8\"", "length=\"NaN\"", &[":3:", "length=\"NaN\" is not a number"]),
        ("speed=\"10\"", "speed=\"0\"", &[":2:", "lane ':B_0_0': speed is 0; expected a positive"]),
        ("shape=\"0,3 96,3\"", "shape=\"0,3\"", &[":7:", "shape has 1 points; expected at least 2"]),
        ("shape=\"0,3 96,3\"", "shape=\"0,3 96\"", &[":7:", "the point \"96\"; expected \"x,y\""]),
        ("shape=\"0,3 96,3\"", "shape=\"0,3 9,inf\"", &[":7:", "the point \"9,inf\""]),
        ("id=\"in_1\"", "id=\"in_0\"", &["lane 'in_0' is defined twice"]),
        ("<edge id=\"out\"", "<edge id=\"in\"", &[":9:", "edge 'in' is defined twice"]),
        ("<junction id=\"C\"", "<junction id=\"A\"", &["junction 'A' is defined twice"]),
        ("type=\"traffic_light\"", "type=\"fountain\"", &[":17:", "<junction> 'B': type=\"fountain\""]),
        ("x=\"100\"", "", &[":17:", "attribute 'x' is missing"]),
        ("id=\":B_0\" function", "id=\":Z_0\" function", &[":2:", "':Z_0': is internal; expected the id"]),
        ("function=\"internal\"", "function=\"moat\"", &[":2:", "function=\"moat\""]),
        ("intLanes=\":B_0_0\"", "intLanes=\":B_9_0\"", &[":17:", "intLanes names the unknown lane ':B_9_0'"]),
        ("intLanes=\":B_0_0\"", "intLanes=\"out_0\"", &[":21:", "among the intLanes of junction 'B'"]),
        ("intLanes=\":B_0_0\"", "intLanes=\"in_0 :B_0_0\"", &[":21:", "request index 1 is out of range", "1 requests"]),
        ("<request index=\"0\"", "<request index=\"3\"", &[":18:", "junction 'B'", "index 3 is out of range"]),
        ("response=\"0\"", "response=\"010\"", &[":18:", "response: \"010\" has 3 bits; expected 1"]),
        ("foes=\"0\"", "foes=\"x\"", &[":18:", "foes: \"x\" is not a string of 0 and 1"]),
        ("from=\"in\"", "from=\"inn\"", &[":21:", "from=\"inn\" is not a known edge"]),
        ("fromLane=\"0\" toLane=\"0\" via", "fromLane=\"2\" toLane=\"0\" via", &[":21:", "edge 'in' has 2 lanes"]),
        ("fromLane=\"0\" toLane=\"0\" via", "fromLane=\"0\" via", &[":21:", "attribute 'toLane' is missing"]),
        ("via=\":B_0_0\"", "via=\":B_7_0\"", &[":21:", "via=\":B_7_0\" is not a known lane"]),
        ("via=\":B_0_0\"", "via=\"in_1\"", &[":21:", "from 'in' lane 0 to 'out' lane 0"]),
        ("tl=\"T\"", "tl=\"U\"", &[":21:", "from 'in' lane 0 to 'out' lane 0", "tl=\"U\" is not a known tlLogic"]),
        ("linkIndex=\"0\"", "", &[":21:", "obeys tlLogic 'T' but attribute 'linkIndex' is missing"]),
        ("linkIndex=\"0\"", "linkIndex=\"70000\"", &[":21:", "linkIndex=\"70000\"; expected at most 65535"]),
        (
            "linkIndex=\"0\"",
            "linkIndex=\"4\"",
            &["tlLogic 'T'", "2 characters", "lane 'in_0'", "linkIndex 4", "at least 5"],
        ),
        ("dir=\"s\" state=\"O\"", "dir=\"q\" state=\"O\"", &[":21:", "dir=\"q\"; expected"]),
        ("dir=\"s\" state=\"O\"", "dir=\"s\"", &[":21:", "attribute 'state' is missing"]),
        ("dir=\"s\" state=\"O\"", "dir=\"s\" state=\"?\"", &[":21:", "state=\"?\"; expected"]),
        ("state=\"yr\"", "state=\"y\"", &[":12:", "tlLogic> 'T': the state of step 1 has 1 letters; expected 2"]),
        ("state=\"yr\"", "state=\"yX\"", &[":14:", "<phase> 1 of tlLogic 'T'", "the letter 'X'"]),
        ("duration=\"30\"", "duration=\"0\"", &[":13:", "duration=\"0\"; expected a positive"]),
        ("duration=\"30\"", "duration=\"1e300\"", &[":13:", "expected a positive number of seconds"]),
        ("offset=\"5\"", "offset=\"begin\"", &[":12:", "offset=\"begin\" is not a time"]),
        (
            "<junction id=\"A\"",
            "<tlLogic id=\"T\" programID=\"0\"><phase duration=\"1\" state=\"rr\"/></tlLogic><junction id=\"A\"",
            &[":16:", "its program '0' is defined twice, first in line 12"],
        ),
        ("<junction id=\"A\"", "<tlLogic id=\"T\" programID=\"1\"/><junction id=\"A\"", &[":16:", "'1' has no phases"]),
        ("<junction id=\"A\"", "<roundabout nodes=\"\" edges=\"in ring\"/><junction id=\"A\"", &[":16:", "'ring'"]),
        (
            "from=\":B_0\" to=\"out\"",
            "from=\":B_0\" to=\"in\"",
            &[":22:", "edge 'in' starts at 'A'; expected the same"],
        ),
        (
            "<connection from=\":B_0\" to=\"out\" fromLane=\"0\" toLane=\"0\" dir=\"s\" state=\"M\"/>",
            "",
            &["lane ':B_0_0'", "left by 0 connections; expected exactly 1"],
        ),
    ];
    for (old, new, fragments) in cases {
        let error = match read(&with(old, new), &[]).0 {
            Ok(_) => panic!("{old} -> {new}: was accepted"),
            Err(e) => e.to_string(),
        };
        for fragment in *fragments {
            assert!(error.contains(fragment), "{old} -> {new}\n  gave: {error}\n  expected: {fragment}");
        }
        assert!(error.contains("x.net.xml"), "{error}");
    }
}

#[test]
fn a_net_cut_anywhere_is_an_error() {
    // The last cuts only lose the line end.
    for end in 0..GOOD.trim_end().len() {
        assert!(read(&GOOD[..end], &[]).0.is_err(), "cut at {end}");
    }
}

#[test]
fn a_missing_file_and_an_empty_net_are_errors() {
    let error = read_network(Path::new("/nowhere/x.net.xml"), &[], &mut Report::default()).unwrap_err().to_string();
    assert!(error.contains("/nowhere/x.net.xml: cannot be read"), "{error}");
    assert!(read("<net/>", &[]).0.unwrap_err().to_string().contains("has no <edge>"));
}

#[test]
fn programs_of_additional_files_replace_those_of_the_net() {
    let program = |id: &str, seconds: u32| {
        format!("<tlLogic id=\"T\" programID=\"{id}\"><phase duration=\"{seconds}\" state=\"GG\"/></tlLogic>")
    };
    let cycle = |additional: &[&str]| read(GOOD, additional).0.unwrap().signals[0].program.cycle().0;
    let (a, b) = (program("0", 40), program("1", 50) + &program("2", 60));
    let (a, b) = (format!("<additional>{a}</additional>"), format!("<add>{b}</add>"));
    assert_eq!(cycle(&[&a]), 40_000);
    assert_eq!(cycle(&[&a, &b]), 60_000);
    assert_eq!(cycle(&[&b, &a]), 40_000);
    let shift = "<additional><tlLogic id=\"T\" programID=\"0\" offset=\"9\"/></additional>";
    assert_eq!(read(GOOD, &[shift]).0.unwrap().signals[0].program.offset().0, 9000);
    let off = "<additional><tlLogic id=\"T\" programID=\"off\"/></additional>";
    assert_eq!(read(GOOD, &[off]).0.unwrap().signals[0].program.steps()[0].lamps, [intergreen_control::Lamp::Off]);
    let error = read(GOOD, &["<additional><tlLogic/></additional>"]).0.unwrap_err().to_string();
    assert!(error.contains("0.add.xml:1: <tlLogic>: attribute 'id' is missing"), "{error}");
}

#[test]
fn what_is_not_simulated_is_counted() {
    let mut text = with("type=\"static\"", "type=\"actuated\"");
    text = text.replace("id=\"in_0\"", "id=\"in_0\" acceleration=\"1\" allow=\"bus hovercraft\"");
    text = text.replace(
        "</net>",
        "<edge id=\":B_c0\" function=\"crossing\"><lane/></edge><walk/>\
        <connection from=\":B_c0\" to=\"in\" fromLane=\"0\" toLane=\"0\" dir=\"s\" state=\"M\"/></net>",
    );
    text = text.replace("state=\"Gr\"", "state=\"Gr\" next=\"1\"");
    let (net, report) =
        read(&text, &["<add><e1Detector id=\"d\"/><billboard id=\"d\"/><billboard id=\"e\"/><vType id=\"v\"/></add>"]);
    assert_eq!(net.unwrap().movements.len(), 2);
    let findings: Vec<(&str, usize)> = report.findings.iter().map(|(k, (n, _))| (k.as_str(), *n)).collect();
    let expected = [
        ("<billboard> in an additional file", 2),
        ("<walk> in a net", 1),
        ("attribute 'next' of a phase", 1),
        ("connections of crossings and walking areas", 1),
        ("edge function 'crossing'", 1),
        ("lane attribute 'acceleration'", 1),
        ("tlLogic type 'actuated' run as its fixed program", 1),
        ("vehicle class 'hovercraft'", 1),
    ];
    assert_eq!(findings, expected);
}

#[test]
fn crossings_keep_their_rows() {
    // Row 0 is about the connection, row 1 about a crossing that it yields to.
    let text = with("intLanes=\":B_0_0\"", "intLanes=\":B_0_0 :B_c0_0\"")
        .replace(
            "response=\"0\" foes=\"0\" cont=\"0\"/>",
            "response=\"10\" foes=\"10\" cont=\"1\"/>\
            <request index=\"1\" response=\"00\" foes=\"01\" cont=\"0\"/>",
        )
        .replace("</net>", "<edge id=\":B_c0\" function=\"crossing\"/></net>");
    let net = read(&text, &[]).0.unwrap();
    let entry = net.movements.iter().find(|m| m.head.is_some()).unwrap();
    assert_eq!((entry.request, entry.foes.len(), entry.yields_to.len()), (Some(0), 0, 0));
    assert!(!entry.waits_inside, "there is no place to wait");
}

#[test]
fn letters_and_flags() {
    let text = with("dir=\"s\" state=\"O\"", "dir=\"R\" state=\"Z\" keepClear=\"false\" visibility=\"20\"")
        .replace("<net ", "<net lefthand=\"true\" ");
    let net = read(&text, &[]).0.unwrap();
    let entry = net.movements.iter().find(|m| m.head.is_some()).unwrap();
    assert_eq!((entry.direction, entry.right_of_way), (Direction::PartRight, RightOfWay::Zipper));
    assert!(net.left_hand && !entry.keep_clear && entry.visibility == 20.0);
    // Uncontrolled: a lamp that is named but not obeyed.
    let net = read(&with("tl=\"T\"", "tl=\"T\" uncontrolled=\"1\""), &[]).0.unwrap();
    assert!(net.movements.iter().all(|m| m.head.is_none()) && net.signals.is_empty());
}

#[test]
fn rules_for_single_classes() {
    use VehicleClass::{Bus, Passenger, Taxi, Truck};
    let text = with(LANE_1, &with_child("<stopOffset value=\"5\" vClasses=\"bus taxi\"/><stopOffset value=\"7\"/>"))
        .replace("priority=\"2\">\n<lane id=\"in_0\"", "priority=\"2\" type=\"t\">\n<stopOffset value=\"2\" exceptions=\"bus\"/>\n<lane id=\"in_0\" changeLeft=\"bus taxi\" changeRight=\"all\"")
        .replace("<edge id=\"in\"", "<type id=\"t\"><restriction vClass=\"truck\" speed=\"8\"/></type><edge id=\"in\"");
    let (net, report) = read(&text, &[]);
    let net = net.unwrap();
    let findings: Vec<_> = report.findings.keys().collect();
    assert_eq!(findings, ["further <stopOffset> of one lane or edge"]);
    let rules = |name: &str| &net.lanes.iter().find(|l| l.id == name).expect("it is there").rules;
    let (first, second) = (rules("in_0"), rules("in_1"));
    assert!(first.change_left.allows(Taxi) && !first.change_left.allows(Passenger));
    assert_eq!((first.change_right, second.change_left), (Permissions::ALL, Permissions::ALL));
    assert_eq!([Bus, Passenger].map(|c| first.stop_offset(c)), [0.0, 2.0]);
    assert_eq!([Bus, Passenger].map(|c| second.stop_offset(c)), [5.0, 0.0]);
    assert_eq!([Truck, Bus].map(|c| second.limit(c)), [Some(8.0), None]);
    assert_eq!(rules("out_0"), &crate::network::LaneRules::default());
}

#[test]
fn lengths_are_those_of_the_file_not_of_the_shape() {
    // A hill: 96 m on the map, 100 m to drive. A lane of 0.1 m, as netconvert cuts them.
    let text = with("length=\"96\" shape=\"0,3 96,3\"", "length=\"100\" shape=\"0,3,0 96,3,28\"")
        .replace("length=\"8\"", "length=\"0.1\"");
    let net = read(&text, &[]).0.unwrap();
    let length = |name: &str| net.lanes.iter().find(|l| l.id == name).map(|l| l.length);
    assert_eq!((length("in_1"), length(":B_0_0")), (Some(100.0), Some(0.1)));
}

#[test]
fn several_connections_may_obey_one_lamp() {
    let text = with("intLanes=\":B_0_0\"", "intLanes=\":B_0_0 :B_1_0\"")
        .replace(
            "<request index=\"0\" response=\"0\" foes=\"0\" cont=\"0\"/>",
            "<request index=\"0\" response=\"00\" foes=\"10\" cont=\"0\"/>\
             <request index=\"1\" response=\"01\" foes=\"01\" cont=\"0\"/>",
        )
        .replace(
            "<edge id=\"in\"",
            "<edge id=\":B_1\" function=\"internal\"><lane id=\":B_1_0\" index=\"0\" speed=\"10\" length=\"8\" \
             shape=\"96,3 104,0\"/></edge><edge id=\"in\"",
        )
        .replace(
            "</net>",
            "<connection from=\"in\" to=\"out\" fromLane=\"1\" toLane=\"0\" via=\":B_1_0\" tl=\"T\" linkIndex=\"0\" \
             dir=\"s\" state=\"o\" indirect=\"1\" speed=\"9\" length=\"8\" allow=\"bus\"/>\
             <connection from=\":B_1\" to=\"out\" fromLane=\"0\" toLane=\"0\" dir=\"s\" state=\"M\"/></net>",
        );
    let (net, report) = read(&text, &[]);
    let net = net.unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
    let groups: Vec<_> = net.movements.iter().filter_map(|m| m.head).map(|h| h.group).collect();
    assert_eq!((groups, net.signals[0].movements.len()), (vec![0, 0], 2));
}
