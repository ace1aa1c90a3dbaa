//! Car-following models.
//!
//! - [`krauss`]: Krauss (1998) as SUMO integrates it by default, and the original formula.
//! - [`idm`]: the intelligent driver model, Treiber, Hennecke, Helbing (2000), and IDM+, Schakel, van Arem, Netten (2010).
//! - [`gipps`]: Gipps (1981).
//! - [`calibrated`]: the improved IDM with the constant-acceleration heuristic (Treiber, Kesting: Traffic Flow
//!   Dynamics, 2nd ed., ch. 12; Kesting, Treiber, Helbing 2010) and a clamp that excludes collisions.

pub mod calibrated;
pub mod gipps;
pub mod idm;
pub mod krauss;
