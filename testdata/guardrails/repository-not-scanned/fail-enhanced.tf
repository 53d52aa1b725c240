resource "aws_ecr_registry_scanning_configuration" "r" {
  scan_type = "ENHANCED"
  rule {
    scan_frequency = "SCAN_ON_PUSH"
    repository_filter {
      filter      = "prod/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_ecr_repository" "app" {
  name = "dev/app"
  image_scanning_configuration {
    scan_on_push = true # expect: the registry is set to ENHANCED
  }
}
