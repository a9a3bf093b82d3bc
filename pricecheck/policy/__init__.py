"""What the operators decided: the policy file, approvals, the baseline, ignore comments."""
