resource "aws_ecr_repository" "by_reference" {
  name = "by-reference"
}

resource "aws_ecr_lifecycle_policy" "by_reference" {
  repository = aws_ecr_repository.by_reference.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository" "by_name" {
  name = "by-name"
}

resource "aws_ecr_lifecycle_policy" "by_name" {
  repository = "by-name"
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository" "each" {
  for_each = toset(["app", "b"])
  name     = each.key
}

resource "aws_ecr_lifecycle_policy" "each" {
  for_each   = aws_ecr_repository.each
  repository = each.value.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 50 }
      action       = { type = "expire" }
    }]
  })
}
