resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    rule { # expect
      destination {
        region      = "eu-central-1"
        registry_id = "210987654321"
      }
    }
  }
}
