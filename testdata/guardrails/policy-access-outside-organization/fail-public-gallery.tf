resource "aws_ecrpublic_repository_policy" "web" {
  repository_name = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::999999999999:role/release" } # expect: account 999999999999 can push images to
        Action    = ["ecr-public:PutImage", "ecr-public:InitiateLayerUpload", "ecr-public:UploadLayerPart", "ecr-public:CompleteLayerUpload"]
      },
    ]
  })
}
