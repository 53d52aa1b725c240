resource "aws_ecr_signing_configuration" "this" {
  rule {
    signing_profile_arn = "arn:aws:signer:eu-west-1:999999999999:/signing-profiles/images" # expect
  }
}
