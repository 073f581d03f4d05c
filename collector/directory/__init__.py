"""Directories over LDAP: Active Directory and OpenLDAP."""
