module "ecr" {
  source = "./modules/ecr"

  name      = "app"
  read_arns = ["arn:aws:iam::345678901234:role/deploy"]
  lifecycle_policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Keep the newest 30 versions"
      selection = {
        tagStatus     = "tagged"
        tagPrefixList = ["v"]
        countType     = "imageCountMoreThan"
        countNumber   = 30
      }
      action = { type = "expire" }
    }]
  })
}

module "defaults" {
  source = "./modules/ecr"
  name   = "defaults"
}
