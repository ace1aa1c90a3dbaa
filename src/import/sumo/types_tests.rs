use super::*;

fn element(attributes: &[(&str, &str)]) -> Element {
    Element {
        name: "vType".into(),
        attributes: attributes.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect(),
        children: Vec::new(),
        line: 3,
    }
}

fn read(attributes: &[(&str, &str)]) -> (VehicleType, Report) {
    let mut report = Report::default();
    let kind = vehicle_type(Path::new("t.xml"), &element(attributes), &mut report).expect("a good type");
    (kind, report)
}

#[test]
fn what_is_not_given_follows_from_class_and_from_what_is() {
    let (car, report) = read(&[("id", "c")]);
    assert_eq!(car, VehicleType::sumo("c", VehicleClass::Passenger));
    assert!(report.findings.is_empty());
    let (bus, _) = read(&[("id", "b"), ("vClass", "bus"), ("decel", "8"), ("color", "red")]);
    assert_eq!((bus.length, bus.emergency_decel, bus.apparent_decel), (12.0, 8.0, 8.0));
    let (gentle, _) = read(&[("id", "b"), ("decel", "3")]);
    assert_eq!((gentle.emergency_decel, gentle.apparent_decel), (9.0, 3.0));
}

#[test]
fn speed_factors_in_all_spellings() {
    let factor = |attributes: &[(&str, &str)]| {
        let f = read(&[&[("id", "c")], attributes].concat()).0.speed_factor;
        (f.mean, f.deviation, f.min, f.max)
    };
    assert_eq!(factor(&[]), (1.0, 0.1, 0.2, 2.0));
    assert_eq!(factor(&[("speedFactor", "1.2")]), (1.2, 0.1, 0.2, 2.0));
    assert_eq!(factor(&[("speedFactor", "1.2"), ("speedDev", "0")]), (1.2, 0.0, 0.2, 2.0));
    assert_eq!(factor(&[("speedFactor", "normc(1, 0.2,0.5,1.5)")]), (1.0, 0.2, 0.5, 1.5));
    assert_eq!(factor(&[("speedFactor", "norm(1,0.2)")]), (1.0, 0.2, LOOSE_BOUNDS.0, LOOSE_BOUNDS.1));
}

#[test]
fn models_that_are_not_here_are_counted_and_old_children_are_read() {
    let (kind, report) = read(&[("id", "c"), ("carFollowModel", "Wiedemann"), ("actionStepLength", "0.5")]);
    assert_eq!(kind.model, FollowingModel::Krauss);
    let kinds: Vec<_> = report.findings.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        ["carFollowModel 'Wiedemann' driven as Krauss", "vType attribute 'actionStepLength' not simulated"]
    );
    let mut old = element(&[("id", "c")]);
    let child = Element { name: "carFollowing-IDM".into(), ..element(&[("tau", "1.4")]) };
    old.children.push(child);
    let kind = vehicle_type(Path::new("t.xml"), &old, &mut Report::default()).expect("a good type");
    assert_eq!((kind.model, kind.tau), (FollowingModel::Idm, 1.4));
}

#[test]
fn impossible_values_are_errors() {
    for (name, value, expected) in [
        ("length", "0", "length is 0; expected a number > 0"),
        ("maxSpeed", "-3", "maxSpeed is -3"),
        ("width", "inf", "expected a finite decimal number"),
        ("minGap", "-0.1", "expected a number ≥ 0"),
        ("sigma", "1.5", "expected a number from 0 to 1"),
        ("tau", "NaN", "is not a number"),
        ("vClass", "spaceship", "is not a vehicle class"),
        ("speedFactor", "normal(1,2)", "expected a number, norm("),
        ("speedFactor", "normc(3,0.1,0.2,2)", "inside the bounds"),
        ("speedDev", "-1", "expected a number ≥ 0"),
        ("impatience", "2", "expected a number ≤ 1"),
    ] {
        let broken = element(&[("id", "c"), (name, value)]);
        let error = vehicle_type(Path::new("t.xml"), &broken, &mut Report::default()).expect_err(name).to_string();
        assert!(error.starts_with("t.xml:3: <vType> 'c': ") && error.contains(expected), "{error}");
    }
}

#[test]
fn distributions_by_name_and_by_nesting() {
    let mut book = TypeBook::default();
    let (file, mut report) = (Path::new("t.xml"), Report::default());
    let a = book.add_type(file, &element(&[("id", "a"), ("probability", "0.4")]), &mut report).expect("good");
    let mut mixed = element(&[("id", "mixed"), ("vTypes", "a DEFAULT_BIKETYPE"), ("probabilities", "2 1")]);
    mixed.children.push(element(&[("id", "b"), ("probability", "0.5")]));
    book.add_distribution(file, &mixed, &mut report).expect("good");
    let b = book.find("b").expect("defined inside")[0].0;
    assert_eq!(a.1, 0.4);
    assert_eq!(book.find("mixed"), Some(&vec![(a.0, 2.0), (TypeId(1), 1.0), (b, 0.5)]));
    let again = book.add_type(file, &element(&[("id", "a")]), &mut report).expect_err("twice").to_string();
    assert!(again.contains("is defined twice; first at t.xml:3"), "{again}");
    // Implicit types may be redefined, once, and keep their place.
    let new = book.add_type(file, &element(&[("id", DEFAULT_TYPE), ("length", "9")]), &mut report).expect("good");
    assert_eq!((new.0, book.types[0].length), (TypeId(0), 9.0));
}

#[test]
fn emission_classes_are_the_nearest_of_ours() {
    use EmissionClass as E;
    for (name, class) in [
        ("HBEFA3/PC_G_EU4", E::Car),
        ("HBEFA4/PC_petrol_Euro-4", E::Car),
        ("HBEFA4/PC_BEV", E::None),
        ("HBEFA3/LDV_D_EU6", E::Van),
        ("HBEFA3/HDV", E::Truck),
        ("HBEFA4/RT_le7.5t_Euro-VI_A-C", E::Truck),
        ("HBEFA4/TT_AT_gt34-40t_Euro-VI_A-C", E::Trailer),
        ("HBEFA3/Bus", E::Bus),
        ("HBEFA4/UBus_Std_gt15-18t_Euro-VI_A-C", E::Bus),
        ("HBEFA3/Coach", E::Coach),
        ("HBEFA4/MC_4S_gt250cc_Euro-3", E::Motorcycle),
        ("PHEMlight/HDV_CB_EU4", E::Bus),
        ("PHEMlight/PC_G_EU4", E::Car),
        ("Energy/unknown", E::None),
        ("zero", E::None),
        ("Zero/default", E::None),
        ("Zero", E::None),
    ] {
        let (kind, report) = read(&[("id", "c"), ("emissionClass", name)]);
        assert_eq!(kind.emission, class, "{name}");
        assert!(report.findings.is_empty(), "{name}");
    }
    let (kind, report) = read(&[("id", "c"), ("vClass", "bus"), ("emissionClass", "mine")]);
    assert_eq!(kind.emission, E::Bus);
    assert!(report.findings.contains_key("emissionClass 'mine' not known, burns as bus"), "{:?}", report.findings);
    let (_, report) = read(&[("id", "c"), ("emissionClass", "HBEFA3/PC_D_EU4")]);
    assert!(report.findings.contains_key("emissionClass of diesel cars burns as gasoline cars"));
}
