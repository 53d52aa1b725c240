# anyone looks at the public gallery anyway
resource "aws_ecrpublic_repository_policy" "web" {
  repository_name = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = ["ecr-public:DescribeImages", "ecr-public:DescribeRepositories", "ecr-public:BatchCheckLayerAvailability"]
      },
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "ecr-public:*"
        Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
      },
    ]
  })
}
