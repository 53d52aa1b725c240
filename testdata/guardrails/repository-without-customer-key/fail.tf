resource "aws_ecr_repository" "no_key" {
  name = "no-key"

  encryption_configuration { # expect
    encryption_type = "KMS"
  }
}

resource "aws_ecr_repository" "managed" {
  name = "managed"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = "alias/aws/ecr" # expect
  }
}
