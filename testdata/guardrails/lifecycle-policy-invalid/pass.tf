resource "aws_ecr_lifecycle_policy" "app" {
  repository = "app"
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
      action       = { type = "expire" }
    }]
  })
}

data "aws_ecr_lifecycle_policy_document" "doc" {
  rule {
    priority    = 1
    description = "untagged images go after two weeks"

    selection {
      tag_status   = "untagged"
      count_type   = "sinceImagePushed"
      count_unit   = "days"
      count_number = 14
    }

    action {
      type = "expire"
    }
  }
}

resource "aws_ecr_lifecycle_policy" "doc" {
  repository = "other"
  policy     = data.aws_ecr_lifecycle_policy_document.doc.json
}
