resource "aws_ecrpublic_repository_policy" "web" {
  repository_name = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::999999999999:root" } # expect
        Action    = "ecr-public:SetRepositoryPolicy"
      },
    ]
  })
}
