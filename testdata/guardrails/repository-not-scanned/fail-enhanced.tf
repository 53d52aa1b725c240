# Where the registry is ENHANCED, a repository's own flag does not count.
resource "aws_ecr_repository" "not_covered" {
  name = "other/app"

  image_scanning_configuration {
    scan_on_push = true # expect
  }
}

resource "aws_ecr_registry_scanning_configuration" "this" {
  scan_type = "ENHANCED"

  rule {
    scan_frequency = "CONTINUOUS_SCAN"

    repository_filter {
      filter      = "team/*"
      filter_type = "WILDCARD"
    }
  }
}
