use super::super::{Format, sample};

#[test]
fn everything() {
    insta::assert_snapshot!(sample::written(&sample::report(), Format::Json));
}
