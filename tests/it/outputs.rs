//! Measured results: the same as SUMO's on the same files, readable by SUMO's own tools, in the right folder.

use std::path::Path;

use crate::peers;
use crate::tools::{NET, Scratch, run};

/// Alike drivers who do not dawdle, so that both simulators drive the same to the centimetre.
const ROUTES: &str = r#"<routes>
<vType id="car" maxSpeed="30" sigma="0" speedDev="0"/>
<vType id="van" maxSpeed="30" length="7.5" sigma="0" speedDev="0"/>
<route id="we" edges="w e"/>
<flow id="f" type="car" route="we" begin="0" end="100" period="10"/>
<flow id="g" type="car" from="s" to="n" begin="0" end="100" period="10"/>
<flow id="v" type="van" route="we" begin="3" end="100" period="25" departSpeed="max"/>
<vehicle id="bus" type="van" route="we" depart="4"><stop lane="e_0" startPos="30" endPos="44" duration="20"/></vehicle>
<vehicle id="parking" type="car" route="we" depart="47"><stop lane="e_0" startPos="50" endPos="66" duration="20" parking="true"/></vehicle>
</routes>
"#;

/// All kinds of instruments.
const INSTRUMENTS: &str = r#"<additional>
<timedEvent type="SaveTLSStates" source="T" dest="tls.xml"/>
<e1Detector id="mid" lane="w_0" pos="50" period="60" file="e1.xml"/>
<e1Detector id="stop line" lane="w_0" pos="-3" freq="60" file="e1.xml"/>
<inductionLoop id="long" lane="e_0" pos="2" length="3" file="e1.xml"/>
<e1Detector id="vans" lane="e_0" pos="50" vTypes="van" file="e1.xml"/>
<e2Detector id="approach" lane="w_0" pos="40" endPos="90" period="60" file="e2.xml"/>
<laneAreaDetector id="whole" lane="w_0" pos="0" endPos="95" period="60" file="e2.xml"/>
<e2Detector id="over the line" lanes="w_0 :J_0_0 e_0" pos="60" endPos="40" period="60" file="e2.xml"/>
<e2Detector id="back" lane="s_0" endPos="-1" length="50" jamThreshold="5" timeThreshold="3" file="e2.xml"/>
<e3Detector id="one" period="60" file="e3.xml"><detEntry lane="w_0" pos="40"/><detExit lane="e_0" pos="20"/></e3Detector>
<entryExitDetector id="both" file="e3.xml"><detEntry lane="w_0" pos="40"/><detEntry lane="s_0" pos="30"/>
<detExit lane="e_0" pos="20"/><detExit lane="n_0" pos="20"/></entryExitDetector>
<edgeData id="edges" file="edges.xml" period="60" withInternal="true"/>
<edgeData id="late" file="edges.xml" begin="50" end="90" period="30" excludeEmpty="true" edges="e n"/>
<edgeData id="free" file="edges.xml" period="100" excludeEmpty="defaults"/>
<laneData id="lanes" file="lanes.xml"/>
</additional>
"#;

/// The configuration: every result that is measured.
const CONFIG: &str = r#"<configuration>
<input><net-file value="x.net.xml"/><route-files value="x.rou.xml"/><additional-files value="x.add.xml"/></input>
<output><fcd-output value="fcd.xml"/><tripinfo-output value="trips.xml"/><summary-output value="summary.xml"/></output>
<time><begin value="0"/><end value="200"/></time>
</configuration>
"#;

/// The scenario in a folder of its own; `net`: our network.
fn scenario(net: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("x.net.xml", net);
    scratch.write("x.rou.xml", ROUTES);
    scratch.write("x.add.xml", INSTRUMENTS);
    scratch.write("x.sumocfg", CONFIG);
    scratch
}

/// Runs it here, with the results in its folder `out`.
fn ours(scratch: &Scratch, arguments: &[&str]) {
    let (config, out) = (scratch.path("x.sumocfg"), scratch.path("out"));
    let all = ["run", config.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let said = run(all.iter().chain(arguments));
    assert_eq!(said.code, 0, "{said:?}");
}

/// What differs between two files by more than rounding.
fn differences(ours: &Path, theirs: &Path) -> Vec<String> {
    // Ours has no device objects; SUMO's duration of a step is its computing time, and it loads vehicles ahead of time.
    let step = |place: &str| place.contains("/step[") && (place.ends_with(" duration") || place.ends_with(" loaded"));
    // What leaving a parking place costs anyway is deducted from the time loss; SUMO deducts 0.1 s less. And it counts
    // the vehicle as standing on its lane in the step before it starts.
    let parking =
        |place: &str| ["/tripinfos/tripinfo[parking] timeLoss", "/summary/step[85.00] halting"].contains(&place);
    let ignored = |place: &str| place.ends_with(" devices") || step(place) || parking(place);
    let (a, b) = (peers::attributes(ours), peers::attributes(theirs));
    let mut found = Vec::new();
    for place in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))).filter(|p| !ignored(p)) {
        let (x, y) = (a.get(place), b.get(place));
        let close = match (x.and_then(|x| x.parse::<f64>().ok()), y.and_then(|y| y.parse::<f64>().ok())) {
            // Both are written with two decimals; our positions have 24 bits, SUMO's 53.
            (Some(x), Some(y)) => (x - y).abs() <= 0.0101 + 1e-4 * y.abs(),
            _ => x == y,
        };
        if !close {
            found.push(format!("{place}: ours {x:?}, SUMO's {y:?}"));
        }
    }
    found
}

#[test]
fn everything_measured_equals_sumos() {
    let Some(bin) = peers::sumo() else { return };
    let theirs = scenario(NET);
    peers::run(&bin.join("sumo"), &theirs.path("."), &["-c", "x.sumocfg", "--no-step-log"]);
    // A change of lamps at 20 s is obeyed by SUMO in the step that ends at 20 s, by us in the one that begins then:
    // with our signal one second early, the vehicles of both drive alike.
    let mine = scenario(&NET.replace("offset=\"0\"", "offset=\"-1\""));
    // SUMO writes emissions only where it is asked for them.
    ours(&mine, &["--emissions", "off"]);
    let mut compared = 0;
    for file in ["e1.xml", "e2.xml", "e3.xml", "edges.xml", "lanes.xml", "fcd.xml", "trips.xml", "summary.xml"] {
        let (a, b) = (mine.path(&format!("out/{file}")), theirs.path(file));
        let found = differences(&a, &b);
        assert!(found.is_empty(), "{file}: {} differences: {:#?}", found.len(), &found[..found.len().min(10)]);
        compared += peers::attributes(&b).len();
    }
    // So many that a file which has become empty would be noticed.
    assert!(compared > 5000, "{compared}");
    // The lamps themselves are SUMO's second for second, with the signal as it is.
    let straight = scenario(NET);
    ours(&straight, &[]);
    let found = differences(&straight.path("out/tls.xml"), &theirs.path("tls.xml"));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn sumos_tools_read_our_files() {
    let Some(bin) = peers::sumo() else { return };
    let s = scenario(NET);
    ours(&s, &["--lane-data"]);
    let out = s.path("out");
    let rows = |name: &str| s.read(&format!("out/{name}")).lines().count() - 1;
    for (file, least) in [
        ("e1.xml", 8),
        ("e2.xml", 10),
        ("e3.xml", 4),
        ("edges.xml", 20),
        ("edgedata.xml", 4),
        ("lanedata.xml", 4),
        ("fcd.xml", 500),
        ("trips.xml", 20),
        ("summary.xml", 200),
        ("tls.xml", 200),
    ] {
        peers::tool(&bin, "xml/xml2csv.py", &out, &[file, "-o", "table.csv"]);
        assert!(rows("table.csv") >= least, "{file}: {}", s.read("out/table.csv"));
    }
    let net = s.path("x.net.xml");
    let said = peers::tool(&bin, "output/edgeDataDiff.py", &out, &["edges.xml", "edges.xml", "diff.xml"]);
    assert!(said.contains("timeLoss: count"), "{said}");
    let said = peers::tool(&bin, "output/tripinfoDiff.py", &out, &["trips.xml", "trips.xml", "diff.xml"]);
    assert!(said.contains("durations: count 26"), "{said}");
    let fcd = ["--fcd-input", "fcd.xml", "--gpx-output", "x.gpx", "-n", net.to_str().unwrap()];
    peers::tool(&bin, "traceExporter.py", &out, &fcd);
    assert!(s.read("out/x.gpx").matches("<trkpt").count() > 500);
    let script = "import sumo, sys, os; sys.path.append(os.path.join(sumo.SUMO_HOME, 'tools'))\n\
                  import sumolib\n\
                  e = [x for i in sumolib.xml.parse('edgedata.xml', 'interval') for x in i.edge]\n\
                  print(sum(float(x.timeLoss) for x in e) > 100, {x.id for x in e} == {'w', 'e', 's', 'n'})";
    let said = peers::run(&bin.join("python"), &out, &["-c", script]);
    assert_eq!(said.trim(), "True True");
}

#[test]
fn results_lie_in_the_folder_whatever_the_scenario_says() {
    let s = scenario(NET);
    s.write("x.add.xml", INSTRUMENTS.replace("file=\"e1.xml\"", "file=\"../../outside.xml\""));
    s.write("x.sumocfg", CONFIG.replace("value=\"trips.xml\"", "value=\"/tmp/../trips.xml\""));
    ours(&s, &[]);
    let mut names: Vec<String> =
        std::fs::read_dir(s.path("out")).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let expected = [
        "detectors.csv",
        "e2.xml",
        "e3.xml",
        "edgedata.xml",
        "edges.xml",
        "emissions.csv",
        "events.csv",
        "fcd.xml",
        "intersections.csv",
        "lanes.csv",
        "lanes.xml",
        "manifest.json",
        "outside.xml",
        "signals.csv",
        "summary.xml",
        "tls.xml",
        "trips.csv",
        "trips.xml",
    ];
    assert_eq!(names, expected);
    assert!(!s.path("../outside.xml").exists() && !s.path("../../outside.xml").exists());
    let manifest: serde_json::Value = serde_json::from_str(&s.read("out/manifest.json")).unwrap();
    assert_eq!(manifest["files"].as_array().unwrap().len(), expected.len());
}

#[test]
fn measuring_changes_nothing() {
    let s = scenario(NET);
    let config = s.path("x.sumocfg");
    let hash = |more: &[&str]| {
        let said = run(["run", config.to_str().unwrap(), "--json", "--drain"].iter().chain(more));
        assert_eq!(said.code, 0, "{said:?}");
        said.json()["state_hash"].clone()
    };
    let out = s.path("out");
    assert_eq!(hash(&[]), hash(&["--out", out.to_str().unwrap(), "--fcd"]));
}

#[test]
fn positions_are_written_only_if_asked_for() {
    let s = scenario(NET);
    s.write("x.sumocfg", CONFIG.replace("<fcd-output value=\"fcd.xml\"/>", ""));
    ours(&s, &[]);
    assert!(!s.path("out/fcd.xml").exists());
    ours(&s, &["--fcd=20"]);
    assert_eq!(s.read("out/fcd.xml").matches("<timestep").count(), 10);
    let said = run(["run", "--fcd", "--until", "10"]);
    assert!(said.code == 2 && said.stderr.contains("--out"), "{said:?}");
}

#[test]
fn results_asked_for_and_not_written_are_said() {
    let s = scenario(NET);
    let said = run(["run", s.path("x.sumocfg").to_str().unwrap()]);
    assert!(said.code == 0 && said.stderr.contains("10 detectors") && said.stderr.contains("--out"), "{said:?}");
}

#[test]
fn wrong_instruments_are_named() {
    for (wrong, fragment) in [
        (
            "<e1Detector id=\"d\" lane=\"q_0\" pos=\"5\" file=\"f\"/>",
            "<e1Detector> 'd': lane=\"q_0\" is not a known lane",
        ),
        ("<e1Detector id=\"d\" lane=\"w_0\" pos=\"96\" file=\"f\"/>", "pos=\"96\"; lane 'w_0' is 95 m long"),
        ("<e1Detector id=\"d\" lane=\"w_0\" pos=\"90\" length=\"6\" file=\"f\"/>", "is beyond the end of the lane"),
        ("<e1Detector id=\"d\" lane=\"w_0\" file=\"f\"/>", "attribute 'pos' is missing"),
        ("<e1Detector id=\"d\" lane=\"w_0\" pos=\"5\" period=\"x\" file=\"f\"/>", "period=\"x\" is not a time"),
        ("<e2Detector id=\"d\" lanes=\"w_0 s_0\" file=\"f\"/>", "lane 's_0' does not follow lane 'w_0'"),
        ("<e2Detector id=\"d\" lane=\"w_0\" pos=\"50\" endPos=\"40\" file=\"f\"/>", "expected to end behind that"),
        ("<e2Detector id=\"d\" lanes=\" \" file=\"f\"/>", "expected at least one lane"),
        (
            "<e3Detector id=\"d\" file=\"f\"><detEntry lane=\"w_0\"/></e3Detector>",
            "<detEntry>: attribute 'pos' is missing",
        ),
        ("<edgeData id=\"d\" file=\"f\" edges=\"w q\"/>", "'q' is not a known edge"),
        ("<timedEvent type=\"SaveTLSStates\" source=\"Q\" dest=\"f\"/>", "source=\"Q\" is not a known tlLogic"),
    ] {
        let s = scenario(NET);
        s.write("x.add.xml", format!("<additional>\n{wrong}\n</additional>"));
        let said = run(["run", s.path("x.sumocfg").to_str().unwrap()]);
        assert!(said.code == 2 && said.stderr.contains("x.add.xml:2"), "{wrong}: {said:?}");
        assert!(said.stderr.contains(fragment), "{wrong}: {said:?}");
    }
}

#[test]
fn what_cannot_be_measured_is_named() {
    let s = scenario(NET);
    let odd = "<additional><edgeData id=\"a\" file=\"f\" type=\"emissions\"/>\
               <e2Detector id=\"b\" lane=\"w_0\" tl=\"T\" file=\"f\"/>\
               <e1Detector id=\"c\" lane=\"w_0\" pos=\"5\" nextEdges=\"n\" file=\"f\"/></additional>";
    s.write("x.add.xml", odd);
    let said = run(["run", s.path("x.sumocfg").to_str().unwrap(), "-v"]);
    for part in ["<edgeData> of type 'emissions' left out", "with 'tl'", "<e1Detector> attribute 'nextEdges'"] {
        assert!(said.code == 0 && said.stderr.contains(part), "{part}: {said:?}");
    }
}
