resource "aws_ecr_signing_configuration" "this" {
  rule {
    signing_profile_arn = "arn:aws:signer:eu-west-1:345678901234:/signing-profiles/images"
  }
}
