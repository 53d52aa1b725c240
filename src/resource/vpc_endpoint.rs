//! VPC endpoints and the policies attached to them.
//! Sources: AWS::EC2::VPCEndpoint; Terraform's aws_vpc_endpoint, aws_vpc_endpoint_policy.

use super::{Default, Field, Kind, Shape};

/// The kinds of this room.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "vpc_endpoint",
        terraform: &["aws_vpc_endpoint"],
        cloudformation: &["AWS::EC2::VPCEndpoint"],
        fields: ENDPOINT,
    },
    Kind {
        name: "vpc_endpoint_policy",
        terraform: &["aws_vpc_endpoint_policy"],
        cloudformation: &[],
        fields: ENDPOINT_POLICY,
    },
];

const ENDPOINT: &[Field] = &[
    Field::new(
        "service",
        Shape::Text,
        ["service_name", "ServiceName"],
        Default::Null,
        "com.amazonaws.REGION.ecr.api, ecr.dkr or s3",
    ),
    Field::new(
        "type",
        Shape::Text,
        ["vpc_endpoint_type", "VpcEndpointType"],
        Default::Text("Gateway"),
        "Interface or Gateway",
    ),
    Field::new(
        "vpc",
        Shape::Text,
        ["vpc_id", "VpcId"],
        Default::Null,
        "the VPC",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["policy", "PolicyDocument"],
        Default::Null,
        "its policy; null: the default one, which allows everything",
    ),
];

const ENDPOINT_POLICY: &[Field] = &[
    Field::new(
        "endpoint",
        Shape::Text,
        ["vpc_endpoint_id", ""],
        Default::Null,
        "the endpoint that it is of",
    ),
    Field::new(
        "policy",
        Shape::Any,
        ["policy", ""],
        Default::Null,
        "its document",
    ),
];
