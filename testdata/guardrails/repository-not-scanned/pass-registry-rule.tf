resource "aws_ecr_repository" "covered" {
  name = "team/covered"
}

resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "BASIC"

  rule {
    scan_frequency = "SCAN_ON_PUSH"

    repository_filter {
      filter      = "team/*"
      filter_type = "WILDCARD"
    }
  }
}
