//! What integration tests share: scratch folders, a small SUMO scenario, and the program itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Two one-way roads that cross at a signal: `w`→`e` and `s`→`n`.
pub const NET: &str = r#"<net version="1.20">
<edge id=":J_0" function="internal"><lane id=":J_0_0" index="0" speed="13.9" length="10" shape="95,0 105,0"/></edge>
<edge id=":J_1" function="internal"><lane id=":J_1_0" index="0" speed="13.9" length="10" shape="100,-5 100,5"/></edge>
<edge id="w" from="W" to="J" priority="1"><lane id="w_0" index="0" speed="13.9" length="95" shape="0,0 95,0"/></edge>
<edge id="e" from="J" to="E" priority="1"><lane id="e_0" index="0" speed="13.9" length="95" shape="105,0 200,0"/></edge>
<edge id="s" from="S" to="J" priority="1"><lane id="s_0" index="0" speed="13.9" length="95" shape="100,-100 100,-5"/></edge>
<edge id="n" from="J" to="N" priority="1"><lane id="n_0" index="0" speed="13.9" length="95" shape="100,5 100,100"/></edge>
<tlLogic id="T" type="static" programID="day" offset="0">
<phase duration="20" state="Gr"/><phase duration="3" state="yr"/><phase duration="2" state="rr"/>
<phase duration="20" state="rG"/><phase duration="3" state="ry"/><phase duration="2" state="rr"/>
</tlLogic>
<junction id="W" type="dead_end" x="0" y="0" incLanes="" intLanes=""/>
<junction id="S" type="dead_end" x="100" y="-100" incLanes="" intLanes=""/>
<junction id="J" type="traffic_light" x="100" y="0" incLanes="w_0 s_0" intLanes=":J_0_0 :J_1_0" shape="95,-5 105,5">
<request index="0" response="00" foes="10" cont="0"/><request index="1" response="00" foes="01" cont="0"/>
</junction>
<junction id="E" type="dead_end" x="200" y="0" incLanes="e_0" intLanes=""/>
<junction id="N" type="dead_end" x="100" y="100" incLanes="n_0" intLanes=""/>
<connection from="w" to="e" fromLane="0" toLane="0" via=":J_0_0" tl="T" linkIndex="0" dir="s" state="O"/>
<connection from="s" to="n" fromLane="0" toLane="0" via=":J_1_0" tl="T" linkIndex="1" dir="s" state="O"/>
<connection from=":J_0" to="e" fromLane="0" toLane="0" dir="s" state="M"/>
<connection from=":J_1" to="n" fromLane="0" toLane="0" dir="s" state="M"/>
</net>
"#;

/// Twenty vehicles on it.
pub const ROUTES: &str = r#"<routes>
<vType id="car" maxSpeed="30"/>
<route id="we" edges="w e"/>
<flow id="f" type="car" route="we" begin="0" end="100" period="10"/>
<flow id="g" type="car" from="s" to="n" begin="0" end="100" period="10"/>
</routes>
"#;

/// Its configuration.
pub const CONFIG: &str = r#"<configuration>
<input><net-file value="x.net.xml"/><route-files value="x.rou.xml"/></input>
<time><begin value="0"/><end value="200"/></time>
</configuration>
"#;

/// A folder that goes away with this value.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A fresh folder.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("it-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Self(folder)
    }

    /// A folder with the small scenario in it, and its configuration.
    pub fn with_scenario(net: &str, routes: &str) -> (Self, PathBuf) {
        let scratch = Self::new();
        scratch.write("x.net.xml", net);
        scratch.write("x.rou.xml", routes);
        let config = scratch.write("x.sumocfg", CONFIG);
        (scratch, config)
    }

    /// Where a file of that name would be.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("the temporary folder can be written");
        path
    }

    /// Reads a file as text.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder left behind in the build folder harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; −1 if a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// Its stdout as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

/// The program with these arguments.
pub fn program<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_intergreen"));
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs the program and waits. It must never panic.
pub fn run<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Said {
    let output = program(args).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program speaks UTF-8");
    let said =
        Said { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) };
    assert!(!said.stderr.contains("panicked") && !said.stderr.contains("backtrace"), "{said:?}");
    said
}
