resource "aws_ecrpublic_repository_policy" "web" {
  repository_name = "web"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*" # expect: anyone, of any account, can push images to
        Action    = ["ecr-public:PutImage", "ecr-public:InitiateLayerUpload", "ecr-public:UploadLayerPart", "ecr-public:CompleteLayerUpload"]
      },
    ]
  })
}
