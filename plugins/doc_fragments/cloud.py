# Copyright (c) 2026 The otc.vpn authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the connection options, documented once for the modules and the inventory plugin."""

from __future__ import annotations


class ModuleDocFragment:
    """`extends_documentation_fragment: otc.vpn.cloud`."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - Name of the cloud in C(clouds.yaml) to take the connection settings from.
      - Other connection options override the values from C(clouds.yaml). Environment variables are ignored.
      - Defaults to E(OS_CLOUD) if O(auth) is not set.
      - Must be a string. The modules of C(openstack.cloud) also accept a dictionary; set its entries as O(auth) and the other
        connection options instead.
    type: raw
  auth:
    description:
      - Credentials and scope. The required suboptions depend on O(auth_type).
      - Each suboption defaults to the environment variable with its name, for example E(OS_AUTH_URL) for O(auth.auth_url) and
        E(OS_APPLICATION_CREDENTIAL_SECRET) for O(auth.application_credential_secret). The older names E(OS_TENANT_NAME),
        E(OS_TENANT_ID), E(OS_USER_NAME) and E(OS_AUTH_TOKEN) are supported.
      - If O(auth) contains a credential (password, token, application credential or access key), no other credential, no
        O(auth_type) and no security token comes from the environment. A credential that is set but not used causes a warning.
    type: dict
    suboptions:
      auth_url:
        description: URL of Keystone (IAM), for example V(https://iam.eu-de.otc.t-systems.com/v3).
        type: str
      username:
        description: Name of the user.
        type: str
      user_id:
        description: ID of the user. Replaces O(auth.username) and the domain of the user.
        type: str
      password:
        description: Password of the user. Must be a string.
        type: raw
      user_domain_name:
        description: Domain of the user. On Open Telekom Cloud this is the name that begins with V(OTC).
        type: str
      user_domain_id:
        description: ID of the domain of the user. Replaces O(auth.user_domain_name).
        type: str
      project_name:
        description: Project to scope the token to, for example V(eu-de) or V(eu-de_production). VPN connections belong to a project.
        type: str
      project_id:
        description: ID of the project. Replaces O(auth.project_name) and its domain. Required for Enterprise Edition VPN with O(auth_type=aksk).
        type: str
      project_domain_name:
        description: Domain of the project. Defaults to the domain of the user.
        type: str
      project_domain_id:
        description: ID of the domain of the project. Replaces O(auth.project_domain_name).
        type: str
      domain_name:
        description:
          - Domain to scope the token to instead of a project. VPN connections are not visible to domain-scoped tokens.
          - With a project, it is the domain of the user and of the project instead, unless those are set.
        type: str
      domain_id:
        description: ID of the domain. Replaces O(auth.domain_name).
        type: str
      default_domain_name:
        description: Domain of the user and of the project if none is set.
        type: str
      default_domain_id:
        description: ID of the domain of the user and of the project if none is set.
        type: str
      system_scope:
        description: Set to V(all) for a system-scoped token.
        type: str
      trust_id:
        description: ID of a trust to use.
        type: str
      token:
        description: Token, with O(auth_type=token). Must be a string without whitespace.
        type: raw
      application_credential_id:
        description: ID of an application credential, with O(auth_type=v3applicationcredential).
        type: str
      application_credential_name:
        description: Name of an application credential, together with the user.
        type: str
      application_credential_secret:
        description: Secret of the application credential. Must be a string.
        type: raw
      access_key:
        description: Access key (AK), with O(auth_type=aksk).
        type: str
      secret_key:
        description: Secret key (SK) of the access key. Must be a string without whitespace.
        type: raw
      security_token:
        description: Security token of a temporary access key. Must be a string without whitespace.
        type: raw
      passcode:
        description: One-time passcode, with O(auth_type=v3totp). Must be a string.
        type: raw
      auth_methods:
        description: Methods that O(auth_type=v3multifactor) combines.
        type: list
        elements: str
      identity_provider:
        description: Identity provider, with the V(v3oidc…) types.
        type: str
      protocol:
        description: Federation protocol, with the V(v3oidc…) types.
        type: str
      client_id:
        description: OAuth 2.0 client ID.
        type: str
      client_secret:
        description: OAuth 2.0 client secret. Must be a string.
        type: raw
      scope:
        description: OpenID Connect scope.
        type: str
      discovery_endpoint:
        description: URL of the OpenID Connect discovery document.
        type: str
      access_token:
        description: OAuth 2.0 access token. Must be a string without whitespace.
        type: raw
      access_token_endpoint:
        description: URL that issues access tokens.
        type: str
      access_token_type:
        description: Type of the OAuth 2.0 token to use.
        type: str
      code:
        description: OAuth 2.0 authorization code. Must be a string.
        type: raw
      redirect_uri:
        description: OpenID Connect redirect URL.
        type: str
      oauth2_endpoint:
        description: URL of the OAuth 2.0 endpoint of Keystone.
        type: str
      oauth2_client_id:
        description: Client ID at the OAuth 2.0 endpoint of Keystone.
        type: str
      oauth2_client_secret:
        description: Client secret at the OAuth 2.0 endpoint of Keystone. Must be a string.
        type: raw
  auth_type:
    description:
      - Authentication method. V(password), V(token) and V(v3applicationcredential) are the most common. Any other plugin of
        keystoneauth1 is supported.
      - V(aksk) signs each request with O(auth.access_key) and O(auth.secret_key) instead of a token. It requires O(endpoint) and
        O(auth.project_id), because an access key has no service catalog.
      - Defaults to the type of the credential in O(auth) (password, application credential, token, access key, in this order), then
        to E(OS_AUTH_TYPE) or the value from C(clouds.yaml), then to V(password).
    type: str
  region_name:
    description:
      - Region to select in the service catalog. Required if the catalog contains more than one region.
      - Defaults to E(OS_NETWORK_REGION_NAME), E(OS_REGION_NAME) or the value from C(clouds.yaml).
    type: str
  interface:
    description:
      - Interface of the endpoint to select in the service catalog.
      - Defaults to E(OS_NETWORK_ENDPOINT_TYPE), E(OS_NETWORK_INTERFACE), E(OS_ENDPOINT_TYPE), E(OS_INTERFACE) or the value from
        C(clouds.yaml), then to V(public).
    type: str
    choices: [public, internal, admin]
  endpoint:
    description:
      - URL of the VPC service, which provides Classic VPN, or of Neutron, for example V(https://vpc.eu-de.otc.t-systems.com). Replaces
        the service catalog. A trailing version or project ID is ignored.
      - Defaults to E(OS_NETWORK_ENDPOINT_OVERRIDE), E(OS_NETWORK_ENDPOINT) or the value from C(clouds.yaml). The variables are ignored,
        with a warning, if O(auth.auth_url) is set, so that a token is not sent to an endpoint of another cloud.
    type: str
  enterprise_endpoint:
    description:
      - URL of Enterprise Edition VPN, for example V(https://vpn.eu-de.otc.t-systems.com). A trailing version or project ID is ignored.
      - Defaults to E(OS_VPN_ENDPOINT_OVERRIDE) or the value from C(clouds.yaml), then to the C(evpn) or C(vpn) entry of the service
        catalog, then to the host of the VPC service with V(vpn) as its first label. The variable is ignored under the same condition
        as E(OS_NETWORK_ENDPOINT_OVERRIDE).
      - Ignored by modules that only use Classic VPN.
    version_added: 1.0.0
    type: str
  validate_certs:
    description:
      - Whether to validate TLS certificates.
      - Defaults to the opposite of E(OS_INSECURE) or the value from C(clouds.yaml), then to V(true).
    type: bool
  ca_cert:
    description:
      - Path to a CA bundle.
      - Defaults to E(OS_CACERT) or the value from C(clouds.yaml).
    type: path
  client_cert:
    description:
      - Path to a client certificate.
      - Defaults to E(OS_CERT) or the value from C(clouds.yaml).
    type: path
  client_key:
    description:
      - Path to the key of O(client_cert). Not required if that file contains both.
      - Defaults to E(OS_KEY) or the value from C(clouds.yaml).
    type: path
  api_timeout:
    description:
      - Timeout for a single request in seconds, including the response body.
      - Defaults to E(OS_API_TIMEOUT) or the value from C(clouds.yaml), then to V(60).
    type: float
  retries:
    description:
      - Number of retries after a transient error (no response, throttling, HTTP 408, 500, 502, 503 or 504). The pauses grow, or have
        the length that the server requests. All attempts together take at most O(api_timeout) for each attempt.
      - A request that creates or changes something is repeated only if the server has not processed it.
      - Defaults to E(OS_CONNECT_RETRIES) or the value from C(clouds.yaml), then to V(3).
    type: int
requirements:
  - python >= 3.9
  - requests >= 2.28
  - keystoneauth1 >= 5.0, unless O(auth_type=aksk)
  - openstacksdk, if O(cloud) is set
  - PySocks, if a SOCKS proxy is used
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY).
  - Credentials from C(~/.netrc) and cookies are never sent, and redirects are not followed.
"""

    INFO = r"""
options:
  name:
    description:
      - Only return objects with this name or ID, or with one of a list of names and IDs. Names are not unique, so several objects can match.
      - A value in the form of an ID also matches names if no object has that ID, and another value also matches IDs if no object has that name.
        An empty list selects nothing.
    type: raw
  fields:
    description:
      - Only return these fields and V(id). Reduces the size of the response.
    type: list
    elements: str
attributes:
  check_mode:
    description: Does the same in check mode, because the module is read-only.
    support: full
  diff_mode:
    description: The module is read-only.
    support: N/A
  idempotent:
    description: The module is read-only, so a second run changes nothing.
    support: full
"""

    # Classic VPN and Neutron
    PROJECT = r"""
options:
  project_id:
    description:
      - Only return objects of the project with this ID. Other projects are only visible to administrators.
    type: str
"""
