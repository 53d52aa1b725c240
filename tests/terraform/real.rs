//! With terraform itself, and over the stub provider.

use super::*;

/// Where the reports of the next two go.
const REPORT: &str = "json=../report.json";

/// Guardrail, outcome and place of every violation that a run reports.
fn violations(bench: &Bench, command: &mut Command) -> BTreeSet<String> {
    let output = command.output().unwrap();
    let Ok(text) = std::fs::read_to_string(bench.path("report.json")) else {
        panic!("{:?}", texts(&output));
    };
    std::fs::remove_file(bench.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let told = findings.filter(|f| f["outcome"] == "violated").map(|f| {
        let place = &f["location"];
        let (guardrail, resource) = (&f["guardrail"], &f["resource"]["address"]);
        let (path, line, column) = (&place["path"], &place["line"], &place["column"]);
        format!("{guardrail} {resource} {path}:{line}:{column}")
    });
    told.collect()
}

#[test]
fn the_plan_is_judged_as_its_code_is() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/parse/plan/references");
    let read = |name: &str| std::fs::read_to_string(recorded.join(name)).unwrap();
    let bench = Bench::new(&read("main.tf"), &read("plan.json"));
    std::fs::create_dir_all(bench.path("root/m")).unwrap();
    std::fs::write(bench.path("root/m/main.tf"), read("m/main.tf")).unwrap();
    let by_plan = violations(&bench, &mut bench.plan(&["--format", REPORT], &["plan"]));
    let check = [
        "check",
        "--no-config",
        "--exclude",
        "plan.json",
        "--format",
        REPORT,
    ];
    let by_code = violations(&bench, &mut bench.command(&check));
    assert!(by_code.len() > 10, "{by_code:?}");
    assert_eq!(by_plan, by_code);
}

/// Whether a binary is on PATH.
fn is_there(binary: &str) -> bool {
    let run = Command::new(binary)
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|s| s.success())
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
}

#[test]
fn terraform_itself_is_run() {
    if !is_there("terraform") {
        eprintln!("SKIPPED: there is no terraform on PATH");
        return;
    }
    let main = format!(
        "variable \"s\" {{\n  sensitive = true\n  default   = \"{CANARY}\"\n}}\nresource \"terraform_data\" \"a\" {{\n  input = var.s\n}}\nmodule \"m\" {{\n  source = \"./m\"\n}}\n"
    );
    let bench = Bench::new(&main, "{}");
    std::fs::remove_file(bench.path("root/plan.json")).unwrap();
    std::fs::create_dir_all(bench.path("root/m")).unwrap();
    std::fs::write(
        bench.path("root/m/main.tf"),
        "resource \"terraform_data\" \"b\" {}\n",
    )
    .unwrap();
    let mut init = Command::new("terraform");
    init.args(["init", "-no-color"])
        .current_dir(bench.path("root"));
    assert!(quiet(&mut init).output().unwrap().status.success());
    let mut run = bench.command(&["terraform", "--no-config", "plan", "-detailed-exitcode"]);
    let output = quiet(&mut run).output().unwrap();
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert!(
        out.contains("2 to add") && out.contains("nothing found"),
        "{out}"
    );
    assert!(!out.contains(CANARY));
    let mut wrong = bench.command(&["terraform", "--no-config", "plan", "-no-such-option"]);
    assert_eq!(quiet(&mut wrong).output().unwrap().status.code(), Some(1));
    bench.is_clean();

    let mut save = bench.command(&["terraform", "--no-config", "plan", "-out=p.tfplan"]);
    assert_eq!(quiet(&mut save).output().unwrap().status.code(), Some(0));
    for changed in [false, true] {
        if changed {
            std::fs::write(bench.path("root/m/main.tf"), "# gone\n").unwrap();
        }
        let mut check = bench.command(&["check", "--no-config", "p.tfplan"]);
        let output = quiet(&mut check).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{:?}", texts(&output));
        bench.is_clean();
    }
    let mut without = bench.command(&[
        "check",
        "--no-config",
        "--terraform-bin",
        "no-such-binary",
        "p.tfplan",
    ]);
    let output = without.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("only terraform can read it"));
}

/// The stub provider of the oracle; what it is attached by.
fn stub(folder: &Path) -> (Started, String) {
    let script = "import sys; sys.path.insert(0, sys.argv[1]); import oracle\nwith oracle.Stub() as r:\n  print(r, flush=True); sys.stdin.read()";
    let mut command = Command::new("python3");
    command
        .args(["-B", "-c", script])
        .arg(folder.join("terraform"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Started(command.spawn().unwrap());
    let mut line = String::new();
    let out = child.0.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

#[test]
fn over_the_stub_provider_the_plan_is_judged_as_its_code_is() {
    let folder = std::env::var_os("ECR_GUARD_ORACLE").filter(|v| !v.is_empty());
    let (Some(folder), true) = (folder.map(PathBuf::from), is_there("terraform")) else {
        eprintln!(
            "SKIPPED: plans over the stub provider: ECR_GUARD_ORACLE is not set, or there is no terraform"
        );
        return;
    };
    let (mut stub, attached) = stub(&folder);
    for entry in std::fs::read_dir(folder.join("terraform/configs")).unwrap() {
        let from = entry.unwrap().path();
        let bench = Bench::new("", "{}");
        let root = bench.path("root");
        std::fs::remove_dir_all(&root).unwrap();
        let copied = Command::new("cp").arg("-r").arg(&from).arg(&root).status();
        assert!(copied.unwrap().success());
        let _ = std::fs::remove_file(root.join("plan.json"));
        let mut init = Command::new("terraform");
        init.args(["init", "-no-color"])
            .current_dir(&root)
            .env("TF_REATTACH_PROVIDERS", &attached);
        assert!(
            quiet(&mut init).output().unwrap().status.success(),
            "{}",
            from.display()
        );
        let plan = [
            "terraform",
            "--no-config",
            "--format",
            REPORT,
            "plan",
            "-lock=false",
        ];
        let mut run = bench.command(&plan);
        let by_plan = violations(&bench, quiet(run.env("TF_REATTACH_PROVIDERS", &attached)));
        let check = ["check", "--no-config", "--format", REPORT];
        let by_code = violations(&bench, &mut bench.command(&check));
        let lost: Vec<&String> = by_code.difference(&by_plan).collect();
        let more: Vec<&String> = by_plan.difference(&by_code).collect();
        eprintln!(
            "{}: {} violations, {lost:#?} by the code alone, {more:#?} by the plan alone",
            from.display(),
            by_plan.len()
        );
        // the account is the stub's: what hangs on it is settled by the plan
        assert!(lost.is_empty(), "{}: {lost:#?}\n{more:#?}", from.display());
    }
    stub.0.stdin.take().unwrap().flush().unwrap();
}
