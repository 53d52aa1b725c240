resource "aws_ecr_replication_configuration" "r" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-central-1"
        registry_id = "999999999999" # expect
      }
    }
  }
}
