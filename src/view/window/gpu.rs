//! Whether there is something to draw on and with. Bevy would end the program without a word that helps.

use std::time::Duration;

use super::Problem;

/// How long a display elsewhere may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Looks for a graphics card; whether a processor stands in for it.
///
/// # Errors
/// If there is none.
pub fn look() -> Result<bool, Problem> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let adapters = bevy::tasks::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let kinds: Vec<wgpu::DeviceType> = adapters.iter().map(|a| a.get_info().device_type).collect();
    if kinds.is_empty() {
        return Err(Problem::Gpu);
    }
    Ok(kinds.iter().all(|kind| *kind == wgpu::DeviceType::Cpu))
}

/// Looks for a display.
///
/// # Errors
/// If there is none.
pub fn display() -> Result<(), Problem> {
    if cfg!(not(all(unix, not(target_os = "macos")))) {
        return Ok(());
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if cfg!(feature = "wayland") && (set("WAYLAND_DISPLAY").is_some() || set("WAYLAND_SOCKET").is_some()) {
        return Ok(());
    }
    let Some(display) = set("DISPLAY") else {
        return Err(Problem::Display("DISPLAY is not set".into()));
    };
    let display = display.to_string_lossy();
    let there = match (socket_of(&display), host_of(&display)) {
        (Some(socket), _) => answers(&socket),
        (None, Some(host)) => is_reached(&host),
        (None, None) => true,
    };
    if there { Ok(()) } else { Err(Problem::Display(format!("DISPLAY is {display}, but nobody answers there"))) }
}

/// The address of a display on another machine, or behind a tunnel: its ports begin at 6000.
fn host_of(display: &str) -> Option<String> {
    let (host, number) = display.rsplit_once(':')?;
    let number: u16 = number.split('.').next()?.parse().ok()?;
    (!host.is_empty() && !host.contains('/')).then(|| format!("{host}:{}", number.saturating_add(6000)))
}

fn is_reached(host: &str) -> bool {
    use std::net::{TcpStream, ToSocketAddrs};
    let mut found = host.to_socket_addrs().into_iter().flatten();
    found.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

/// The socket of a display on this machine; none: it is on another one, or named in a way that is not known here.
fn socket_of(display: &str) -> Option<String> {
    let number = display.strip_prefix(':')?.split('.').next()?;
    number.parse::<u32>().ok().map(|n| format!("/tmp/.X11-unix/X{n}"))
}

#[cfg(unix)]
fn answers(socket: &str) -> bool {
    std::os::unix::net::UnixStream::connect(socket).is_ok()
}

#[cfg(not(unix))]
fn answers(_: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_of_this_machine_have_sockets() {
        assert_eq!(socket_of(":97").as_deref(), Some("/tmp/.X11-unix/X97"));
        assert_eq!(socket_of(":0.0").as_deref(), Some("/tmp/.X11-unix/X0"));
        assert_eq!(socket_of("elsewhere:0"), None);
        assert_eq!(host_of("elsewhere:10.0").as_deref(), Some("elsewhere:6010"));
        assert_eq!(host_of(":0"), None);
        assert!(!answers("/tmp/.X11-unix/X54321"));
    }
}
