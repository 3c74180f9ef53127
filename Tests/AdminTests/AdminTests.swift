// Tests of Admin.
