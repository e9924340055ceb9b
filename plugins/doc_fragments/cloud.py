# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options, documented once for the modules and the inventory plugin."""

from __future__ import annotations


class ModuleDocFragment:
    """`extends_documentation_fragment: otc.vpn.connection`."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - The name of a cloud in C(clouds.yaml), which then says how to connect. It is read by openstacksdk, which has to be installed
        where the module runs.
      - Other connection options that are given change what C(clouds.yaml) says; the environment does not.
      - If neither this nor O(auth) is set, the environment variable E(OS_CLOUD) is used.
    type: str
  auth:
    description:
      - Who asks. Which of the sub-options are needed depends on O(auth_type).
      - A sub-option that is not set is taken from the environment variable of its name, for example E(OS_AUTH_URL) for O(auth.auth_url)
        and E(OS_APPLICATION_CREDENTIAL_SECRET) for O(auth.application_credential_secret), unless O(cloud) is set.
    type: dict
    suboptions:
      auth_url:
        description: The URL of Keystone (IAM), for example V(https://iam.eu-de.otc.t-systems.com/v3).
        type: str
      username:
        description: The user's name.
        type: str
      user_id:
        description: The user's ID, instead of its name and domain.
        type: str
      password:
        description: The user's password.
        type: str
      user_domain_name:
        description: The domain of the user. On Open Telekom Cloud this is the name that begins with V(OTC).
        type: str
      user_domain_id:
        description: The ID of the user's domain, instead of its name.
        type: str
      project_name:
        description: The project, for example V(eu-de) or V(eu-de_production). VPN connections belong to a project.
        type: str
      project_id:
        description: The project's ID, instead of its name and domain.
        type: str
      project_domain_name:
        description: The domain of the project. Without it, and without its ID, the user's domain is taken.
        type: str
      project_domain_id:
        description: The ID of the project's domain, instead of its name.
        type: str
      domain_name:
        description: The domain to get a token for, instead of a project. Such a token sees no VPN connections.
        type: str
      domain_id:
        description: The ID of the domain to get a token for.
        type: str
      default_domain_name:
        description: The domain of user and project where none is given.
        type: str
      default_domain_id:
        description: The ID of the domain of user and project where none is given.
        type: str
      system_scope:
        description: The scope V(all) for a token of the whole system.
        type: str
      trust_id:
        description: The ID of a trust to use.
        type: str
      token:
        description: A token, with O(auth_type=token).
        type: str
      application_credential_id:
        description: The ID of an application credential, with O(auth_type=v3applicationcredential).
        type: str
      application_credential_name:
        description: The name of an application credential, together with the user.
        type: str
      application_credential_secret:
        description: The secret of the application credential.
        type: str
      access_key:
        description: The access key (AK), with O(auth_type=aksk).
        type: str
      secret_key:
        description: The secret key (SK) of the access key.
        type: str
      security_token:
        description: The security token of a temporary access key.
        type: str
      passcode:
        description: A one-time passcode, with O(auth_type=v3totp).
        type: str
      auth_methods:
        description: The methods that O(auth_type=v3multifactor) combines.
        type: list
        elements: str
      identity_provider:
        description: The identity provider, with the V(v3oidc…) types.
        type: str
      protocol:
        description: The federation protocol, with the V(v3oidc…) types.
        type: str
      client_id:
        description: The OAuth 2.0 client ID.
        type: str
      client_secret:
        description: The OAuth 2.0 client secret.
        type: str
      scope:
        description: The OpenID Connect scope.
        type: str
      discovery_endpoint:
        description: The URL of the OpenID Connect discovery document.
        type: str
      access_token:
        description: An OAuth 2.0 access token.
        type: str
      access_token_endpoint:
        description: The URL that gives out access tokens.
        type: str
      access_token_type:
        description: The kind of OAuth 2.0 token to use.
        type: str
      code:
        description: An OAuth 2.0 authorization code.
        type: str
      redirect_uri:
        description: The OpenID Connect redirect URL.
        type: str
      oauth2_endpoint:
        description: The URL of Keystone's own OAuth 2.0 endpoint.
        type: str
      oauth2_client_id:
        description: The client ID at Keystone's own OAuth 2.0 endpoint.
        type: str
      oauth2_client_secret:
        description: The client secret at Keystone's own OAuth 2.0 endpoint.
        type: str
  auth_type:
    description:
      - How to authenticate. V(password), V(token) and V(v3applicationcredential) are the usual ones, and any other plugin that
        keystoneauth1 knows can be named.
      - V(aksk) signs every request with O(auth.access_key) and O(auth.secret_key) instead, and needs O(endpoint) and
        O(auth.project_id).
      - If it is not set, the environment variable E(OS_AUTH_TYPE) or C(clouds.yaml) is asked; else it is V(password).
    type: str
  region_name:
    description:
      - The region whose endpoint is taken from the catalog. It is needed where the catalog has several.
      - If it is not set, the environment variable E(OS_REGION_NAME) or C(clouds.yaml) is asked.
    type: str
  interface:
    description:
      - Which endpoint is taken from the catalog.
      - If it is not set, the environment variable E(OS_INTERFACE) or C(clouds.yaml) is asked; else it is V(public).
    type: str
    choices: [public, internal, admin]
  endpoint:
    description:
      - The URL of the VPC service, which serves VPN as well, for example V(https://vpc.eu-de.otc.t-systems.com). With it, no
        catalog is needed. A version or project at its end makes no difference.
      - If it is not set, the environment variable E(OS_NETWORK_ENDPOINT_OVERRIDE) or C(clouds.yaml) is asked.
    type: str
  enterprise_endpoint:
    description:
      - URL of Enterprise Edition VPN, for example V(https://vpn.eu-de.otc.t-systems.com). A trailing version or project ID is ignored.
      - Defaults to E(OS_VPN_ENDPOINT_OVERRIDE) or the value from C(clouds.yaml), then to the C(evpn) or C(vpn) entry of the service
        catalog, then to the host of the VPC service with V(vpn) as its first label.
      - Ignored by modules that only read Classic VPN.
    type: str
  validate_certs:
    description:
      - Whether TLS certificates are checked.
      - If it is not set, the environment variable E(OS_INSECURE) (which says the opposite) or C(clouds.yaml) is asked; else it is V(true).
    type: bool
  ca_cert:
    description:
      - A file with the certificates of the authorities to trust.
      - If it is not set, the environment variable E(OS_CACERT) or C(clouds.yaml) is asked.
    type: path
  client_cert:
    description:
      - A file with a client certificate.
      - If it is not set, the environment variable E(OS_CERT) or C(clouds.yaml) is asked.
    type: path
  client_key:
    description:
      - The file with the key of O(client_cert), unless that file has both.
      - If it is not set, the environment variable E(OS_KEY) or C(clouds.yaml) is asked.
    type: path
  api_timeout:
    description:
      - How many seconds one request may take, from the first to the last byte.
      - If it is not set, the environment variable E(OS_API_TIMEOUT) or C(clouds.yaml) is asked; else it is V(60).
    type: float
  retries:
    description:
      - How often a request is repeated after a failure that may pass (no answer, throttling, HTTP 408, 500, 502, 503 or 504). The
        pauses grow, or are what the server asks for; all tries together take no longer than O(api_timeout) for each.
      - If it is not set, the environment variable E(OS_CONNECT_RETRIES) is asked; else it is V(3).
    type: int
requirements:
  - python >= 3.9
  - requests >= 2.28
  - keystoneauth1 >= 5.0, unless O(auth_type=aksk)
  - openstacksdk, if O(cloud) is set
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(HTTP_PROXY) and E(NO_PROXY).
"""

    INFO = r"""
options:
  name:
    description:
      - The name or the ID of the one to return. An ID is asked for alone; several may have the same name.
    type: str
  fields:
    description:
      - Only these of the documented fields are returned, and V(id). Less is transferred then.
    type: list
    elements: str
  project_id:
    description:
      - Only those of this project. A user sees more than one project only as an administrator.
    type: str
attributes:
  check_mode:
    description: Runs in check mode as it does otherwise, for it changes nothing.
    support: full
  diff_mode:
    description: Returns what has changed, which is nothing.
    support: none
  idempotent:
    description: Running it again changes nothing.
    support: full
"""
