//! `compose.yaml` says what the program understands, and names files and services that are there.

use std::{collections::BTreeSet, fs};

use yaml_rust2::{Yaml, YamlLoader, yaml::Hash};

use fabrica::config::SETTINGS;

use super::sources::root;

/// A map, with what it takes over from others (`<<`).
fn whole(map: &Hash) -> Hash {
    let mut all = Hash::new();
    if let Some(Yaml::Hash(base)) = map.get(&Yaml::String("<<".to_owned())) {
        all = whole(base);
    }
    for (name, value) in map {
        all.insert(name.clone(), value.clone());
    }
    all
}

/// The services by their names.
fn services() -> Vec<(String, Hash)> {
    let text = fs::read_to_string(root().join("compose.yaml")).unwrap();
    let document = YamlLoader::load_from_str(&text).unwrap().remove(0);
    let services = document["services"].as_hash().unwrap();
    let named = |(name, service): (&Yaml, &Yaml)| {
        let name = name.as_str().unwrap().to_owned();
        (name, whole(service.as_hash().unwrap()))
    };
    services.iter().map(named).collect()
}

fn of<'h>(service: &'h Hash, key: &str) -> &'h Yaml {
    service
        .get(&Yaml::String(key.to_owned()))
        .unwrap_or(&Yaml::BadValue)
}

fn names(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::Hash(map) => map
            .keys()
            .filter_map(Yaml::as_str)
            .map(str::to_owned)
            .collect(),
        Yaml::Array(list) => list
            .iter()
            .filter_map(Yaml::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_program_understands_every_setting_that_compose_gives_it() {
    let known: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    let mut servers = 0;
    for (name, service) in services() {
        if of(&service, "image").as_str() != Some("fabrica") {
            continue;
        }
        servers += usize::from(name.starts_with("server"));
        let settings = names(of(&service, "environment"));
        assert!(settings.contains(&"DATABASE_URL".to_owned()), "{name}");
        for setting in settings {
            assert!(known.contains(setting.as_str()), "{name}: {setting}");
        }
    }
    assert_eq!(servers, 3);
}

#[test]
fn compose_waits_for_services_that_are_there_and_the_proxy_knows_where_they_are() {
    let services = services();
    let known: BTreeSet<&str> = services.iter().map(|(name, _)| name.as_str()).collect();
    for (name, service) in &services {
        for other in names(of(service, "depends_on")) {
            assert!(known.contains(other.as_str()), "{name} waits for {other}");
        }
    }
    let (_, proxy) = services.iter().find(|(name, _)| name == "proxy").unwrap();
    let places = names(of(proxy, "environment"));
    let config = fs::read_to_string(root().join("deploy/haproxy.cfg")).unwrap();
    for place in &places {
        assert!(config.contains(&format!("\"${{{place}}}\"")), "{place}");
    }
    assert_eq!(config.matches("\"${PROXY_").count(), places.len());
}

#[test]
fn what_compose_mounts_is_there_where_its_readers_look() {
    let mut mounted = BTreeSet::new();
    for (name, service) in services() {
        for mount in names(of(&service, "volumes")) {
            let (source, rest) = mount.split_once(':').unwrap();
            // The others are volumes, which Docker makes.
            if source.starts_with("./") {
                assert!(root().join(source).exists(), "{name} mounts {source}");
                mounted.insert(rest.trim_end_matches(":ro").to_owned());
            }
        }
    }
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let grafana = read("observability/grafana/provisioning/dashboards/fabrica.yml");
    let path = grafana.split_once("path: ").unwrap().1.trim();
    assert!(mounted.contains(path), "dashboards in {path}: {mounted:?}");
    let prometheus = read("observability/prometheus.yml");
    assert!(prometheus.contains("- alerts.yml") && mounted.contains("/etc/prometheus/alerts.yml"));
    for (name, _) in services() {
        let is_scraped = prometheus.contains(&format!("\"{name}:8080\""));
        assert_eq!(is_scraped, name.starts_with("server"), "{name}");
    }
}
