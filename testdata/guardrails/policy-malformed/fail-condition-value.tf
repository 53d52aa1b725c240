resource "aws_ecr_repository_policy" "object" {
  repository = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "ecr:BatchGetImage"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = { id = "o-a1b2c3d4e5" } } } # expect: `aws:PrincipalOrgID` is neither a text nor a list of texts
    }]
  })
}

resource "aws_ecr_repository_policy" "nothing" {
  repository = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "ecr:BatchGetImage"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = null } } # expect: has no value
    }]
  })
}
