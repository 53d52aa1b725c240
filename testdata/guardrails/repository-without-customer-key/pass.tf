resource "aws_kms_key" "images" {
  description = "images"
}

resource "aws_ecr_repository" "app" {
  name = "app"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.images.arn
  }
}

# AES256 is said by another guardrail.
resource "aws_ecr_repository" "aes" {
  name = "aes"
}
