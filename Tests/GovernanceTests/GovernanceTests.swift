// Tests of Governance.
