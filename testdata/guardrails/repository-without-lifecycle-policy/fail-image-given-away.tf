resource "aws_ecr_repository" "app" { # expect
  name = "app"
}

# the module runs an image of the repository: nothing that it makes belongs to it
module "service" {
  source = "example/service/aws"
  image  = "${aws_ecr_repository.app.repository_url}:1.2.3"
}
